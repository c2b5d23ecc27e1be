import { expect } from 'chai';
import fc from 'fast-check';
import { plainValue } from '../../src/trace/plain-value.js';
import { hostileValue, knot, nested, trap } from '../hostile-values.js';

describe('plainValue()', () => {
  it('copies objects and arrays, frozen', () => {
    const given = { list: [{ a: 1 }], text: 'x' };

    const copy = plainValue(given) as typeof given;

    expect(copy).to.deep.equal(given);
    expect(copy.list[0]).to.not.equal(given.list[0]);
    expect([copy, copy.list, copy.list[0]].every(Object.isFrozen)).to.equal(true);
  });

  it('returns values that are plain already', () => {
    for (const value of [undefined, null, '', 'text', 0, true]) expect(plainValue(value)).to.equal(value);
    expect(plainValue({ none: null })).to.deep.equal({ none: null });
  });

  it('cuts a value inside itself', () => {
    const ring: Record<string, unknown> = { name: 'ring' };
    ring['self'] = ring;

    expect(plainValue(ring)).to.deep.equal({ name: 'ring', self: '[Circular]' });
  });

  it('converts values that JSON cannot represent', () => {
    const error = Object.assign(new TypeError('no'), { code: 7 });

    expect(plainValue([10n, new Date(0), new Uint8Array([1, 2]), Symbol('s')])).to.deep.equal([
      '10',
      '1970-01-01T00:00:00.000Z',
      [1, 2],
      'Symbol(s)',
    ]);
    expect(plainValue(error)).to.deep.include({ name: 'TypeError', message: 'no', code: 7 });
  });

  it('converts objects with a text, items or entries of their own', () => {
    const error = new Error('outer', { cause: new TypeError('inner') });

    expect(
      plainValue({ url: new URL('http://localhost/'), set: new Set([1]), map: new Map([['a', { b: 1 }]]) }),
    ).to.deep.equal({
      url: 'http://localhost/',
      set: [1],
      map: { a: { b: 1 } },
    });
    expect(plainValue(error)).to.have.nested.property('cause.message', 'inner');
  });

  it('marks the member that cannot be read', () => {
    expect(plainValue(Object.defineProperty({ a: 1 }, 'b', trap))).to.deep.equal({ a: 1, b: '[unreadable]' });
  });

  it('copies each object once, even with many references to it', () => {
    const shared = { id: 1 };

    const copy = plainValue([shared, [shared]]) as [unknown, [unknown]];

    expect(copy).to.deep.equal([{ id: 1 }, [{ id: 1 }]]);
    expect(copy[1][0]).to.equal(copy[0]);
  });

  it('reads the members of 100 objects that all refer to each other once', () => {
    let reads = 0;
    const objects = knot(100).map(
      (object) => new Proxy(object, { get: (target, key) => (reads++, target[key as string]) }),
    );
    const [first] = objects;
    for (const object of objects) for (const [index, other] of objects.entries()) object[`o${index}`] = other;
    reads = 0;

    plainValue(first);

    // A few further members of each object are read, to recognise its class.
    expect(reads).to.be.at.most(110 * 100);
  });

  it('ends at the maximum number of values', () => {
    const rows = Array.from({ length: 300 }, () => new Array<number>(300).fill(1));

    const copy = plainValue(rows) as unknown[][];

    expect(copy.flat()).to.have.lengthOf.at.most(66_000);
    expect(copy.at(-1)).to.equal('[…]');
    expect(plainValue(new Array(100_000).fill(1)))
      .to.have.lengthOf(65_537)
      .and.include('[…]');
    expect(plainValue(Buffer.alloc(100_000))).to.have.lengthOf(65_537);
  });

  it('ends at the maximum number of members, and counts the others', () => {
    const members = (count: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, i]));
    const objects = Array.from({ length: 300 }, () => members(300));

    const large = plainValue(members(70_000)) as Record<string, unknown>;

    expect(Object.keys(large)).to.have.lengthOf(65_537);
    expect(large['[…]']).to.equal('4464 more');
    expect((plainValue(objects) as unknown[]).at(-1)).to.equal('[…]');
  });

  it('ends at the 16th level', () => {
    expect(JSON.stringify(plainValue(nested(10_000)))).to.include('[…]');
  });

  it('never throws, and returns a value that can be cloned', () => {
    fc.assert(
      fc.property(hostileValue, (make) => {
        structuredClone(plainValue(make()));
      }),
    );
  });
});
