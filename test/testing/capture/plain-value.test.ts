import { expect } from 'chai';
import { plainValue } from '../../../src/testing/capture/plain-value.js';

describe('plainValue()', () => {
  it('copies objects and arrays, frozen', () => {
    const given = { list: [{ a: 1 }], text: 'x' };

    const copy = plainValue(given) as typeof given;

    expect(copy).to.deep.equal(given);
    expect(copy.list[0]).to.not.equal(given.list[0]);
    expect([copy, copy.list, copy.list[0]].every(Object.isFrozen)).to.equal(true);
  });

  it('cuts what is inside itself', () => {
    const ring: Record<string, unknown> = { name: 'ring' };
    ring['self'] = ring;

    expect(plainValue(ring)).to.deep.equal({ name: 'ring', self: '[Circular]' });
  });

  it('makes plain what JSON cannot say', () => {
    const error = Object.assign(new TypeError('no'), { code: 7 });

    expect(plainValue([10n, new Date(0), new Uint8Array([1, 2]), Symbol('s')])).to.deep.equal([
      '10',
      '1970-01-01T00:00:00.000Z',
      [1, 2],
      'Symbol(s)',
    ]);
    expect(plainValue(error)).to.deep.include({ name: 'TypeError', message: 'no', code: 7 });
  });

  it('never throws', () => {
    const hostile = Object.defineProperty({}, 'trap', {
      enumerable: true,
      get: () => {
        throw new Error('trap');
      },
    });

    expect(plainValue(hostile)).to.equal('[Unreadable]');
  });
});
