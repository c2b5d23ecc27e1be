import { expect } from 'chai';
import { ReceivedTexts } from '../../../src/threads/wire/received-texts.js';
import { WireReader } from '../../../src/threads/wire/wire-reader.js';
import type { WireWriter } from '../../../src/threads/wire/wire-writer.js';
import { transfer, written } from './transfer.js';

const INCOMPLETE = 'a packed batch must be complete';

function readerOf(...bytes: number[]): WireReader {
  return new WireReader(Uint8Array.from(bytes), new ReceivedTexts());
}

describe('WireReader', () => {
  it('is done after the last byte', () => {
    const reader = readerOf(1, 2);

    const before = reader.done;
    reader.byte();
    const between = reader.done;
    reader.byte();

    expect([before, between, reader.done]).to.deep.equal([false, false, true]);
  });

  for (const [what, read] of [
    ['a byte', (reader: WireReader) => reader.byte()],
    ['an integer', (reader: WireReader) => reader.uint()],
    ['a number of 32 bits', (reader: WireReader) => reader.uint32()],
    ['a number', (reader: WireReader) => reader.double()],
    ['a text', (reader: WireReader) => reader.text()],
    ['bytes', (reader: WireReader) => reader.bytes()],
    ['an id', (reader: WireReader) => reader.hex(8)],
  ] as const) {
    it(`refuses to read ${what} after the end`, () => {
      expect(() => read(readerOf())).to.throw(TypeError, INCOMPLETE);
    });
  }

  it('reads views of bytes up to the last byte', () => {
    const reader = readerOf(1, 2, 3);

    expect([...reader.raw(0), ...reader.raw(1)]).to.deep.equal([1]);
    expect(() => reader.raw(3)).to.throw(TypeError, INCOMPLETE);
    expect([...reader.rest()]).to.deep.equal([2, 3]);
    expect([...reader.rest()]).to.deep.equal([]);
  });

  it('refuses to read a list of more values than there are bytes', () => {
    const read = (reader: WireReader) => reader.list(() => 'value');

    expect(() => read(readerOf(0xff, 0xff, 0xff, 0xff))).to.throw(TypeError, INCOMPLETE);
    expect(() => readerOf(2, 0).count()).to.throw(TypeError, INCOMPLETE);
    expect(readerOf(2, 0, 0).count()).to.equal(2);
  });

  it('reads an integer of eight bytes, but none of nine', () => {
    const nine = Array.from({ length: 8 }, () => 0x80);

    expect(readerOf(...nine.slice(1), 1).uint()).to.equal(2 ** 49);
    expect(() => readerOf(...nine, 1).uint()).to.throw(TypeError, 'an integer must have at most eight bytes');
  });

  it('refuses to read a text of an unknown form', () => {
    expect(() => readerOf(3).text()).to.throw(TypeError, 'a text must be of a known form');
  });

  it('refuses to read a text that has not been received', () => {
    const reason = 'an item must have all of its texts';

    expect(() => readerOf(0).text()).to.throw(TypeError, reason);
    expect(() => readerOf(1).text()).to.throw(TypeError, reason);
  });

  for (const [what, ...ids] of [
    ['an id of zeros at the beginning', '0000000000000000'],
    ['an id twice', '00000000000000ff', '00000000000000ff'],
    ['ids that differ in their first byte', '01000000000000ff', '02000000000000ff'],
    ['ids that differ in their last byte', 'ff00000000000001', 'ff00000000000002'],
    ['ids of both lengths with the same bytes', '0'.repeat(16), '0'.repeat(32), '0'.repeat(16)],
    ['ids that differ in the middle, the first one symmetric', '0001020304030201', '0000000000000001'],
  ] as const) {
    it(`reads ${what}`, () => {
      const write = (writer: WireWriter) => ids.forEach((id) => writer.hex(id, id.length / 2));

      expect(transfer(write, (reader) => ids.map((id) => reader.hex(id.length / 2)))).to.deep.equal(ids);
    });
  }

  it('reads an id of zeros after zeros and another id', () => {
    const reader = written((writer) => {
      writer.double(0);
      writer.hex('0001020304050600', 8);
      writer.hex('0000000000000000', 8);
    });

    expect([reader.double(), reader.hex(8), reader.hex(8)]).to.deep.equal([0, '0001020304050600', '0'.repeat(16)]);
  });

  it('leaves out an item that is shorter or longer than the parts that it is read by, and reads the others', () => {
    const reader = written((writer) => {
      for (const bytes of [[1, 2], [3], [4, 5, 6], [], [7, 8]]) {
        writer.item((_, item) => item.forEach((byte) => writer.byte(byte)), bytes);
      }
    });

    const items = reader.items(5, () => [reader.byte(), reader.byte()]);

    expect(items).to.deep.equal([
      [1, 2],
      [7, 8],
    ]);
    expect(reader.done).to.equal(true);
  });
});
