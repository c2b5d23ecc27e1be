import { expect } from 'chai';
import fc from 'fast-check';
import { readHexId, writeHexId } from '../../src/store/hex-id.js';

describe('An id as bytes', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (given) => {
        const id = Buffer.from(given).toString('hex');
        const bytes = Buffer.alloc(10, 0xff);

        expect(writeHexId(id, bytes, 1, 8)).to.equal(true);
        expect(readHexId(bytes, 1, 8)).to.equal(id);
        expect([bytes[0], bytes[9]]).to.deep.equal([0xff, 0xff]);
      }),
    );
  });

  it('is no text that would come back as another', () => {
    const texts = ['', '00', '0000000000000000ff', 'ABCDEF0123456789', '012345678901234g', '\u0130'.repeat(16)];
    const digits = fc.constantFrom('0', '9', 'a', 'f', 'A', 'g', ' ', '/', ':', '@', '`', 'é', 'İ', '\u0100');

    for (const text of texts) expect(writeHexId(text, Buffer.alloc(8), 0, 8), text).to.equal(false);
    fc.assert(
      fc.property(fc.array(digits, { minLength: 16, maxLength: 16 }), (characters) => {
        const bytes = Buffer.alloc(8);
        const written = writeHexId(characters.join(''), bytes, 0, 8);
        expect(written).to.equal(readHexId(bytes, 0, 8) === characters.join(''));
      }),
    );
  });

  it('is nothing but text', () => {
    expect(writeHexId(undefined as never, Buffer.alloc(8), 0, 8)).to.equal(false);
    expect(writeHexId(Array.from('0123456789abcdef') as never, Buffer.alloc(8), 0, 8)).to.equal(false);
  });
});
