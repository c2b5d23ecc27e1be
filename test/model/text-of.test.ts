import { expect } from 'chai';
import fc from 'fast-check';
import { textOf, valueText } from '../../src/model/text-of.js';
import { hostileValue, revokedProxy, throwingProxy, trap } from '../hostile-values.js';

/** How often the members of an array of a million items are read. */
function countedArray(): { array: unknown[]; reads: () => number } {
  let reads = 0;
  const array = new Proxy(new Array<string>(1_000_000), {
    get: (target, key) => {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads++;
      return key === 'length' ? target.length : 'x'.repeat(100);
    },
  });
  return { array, reads: () => reads };
}

describe('textOf', () => {
  it('returns a string unchanged', () => {
    for (const text of ['', 'two words', '17', 'a\nb']) expect(textOf(text)).to.equal(text);
  });

  const cases: [value: unknown, text: string][] = [
    [undefined, 'undefined'],
    [null, 'null'],
    [404, '404'],
    [12n, '12'],
    [1n << 100_000n, '[bigint]'],
    [Symbol('s'), 'Symbol(s)'],
    [function charge() {}, '[Function charge]'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(NaN), '"Invalid Date"'],
    [new URL('http://localhost/a'), 'http://localhost/a'],
    [/a b/g, '"/a b/g"'],
    [new String('boxed'), 'boxed'],
    [Buffer.from('abc'), '<3 bytes>'],
    [new ArrayBuffer(4), '<4 bytes>'],
    [new DataView(new ArrayBuffer(8), 2), '<6 bytes>'],
    [new Float64Array([0.5, 1]), '[0.5, 1]'],
    [
      new Map<unknown, unknown>([
        ['a', 1],
        [{ b: 2 }, new Map()],
      ]),
      'Map{a=1, {b=2}=Map{}}',
    ],
    [new Set([1, 'two words']), 'Set[1, "two words"]'],
    [new TypeError('failed'), 'TypeError: failed'],
    [new Error(), 'Error'],
    [new TypeError('failed', { cause: new RangeError('too far') }), 'TypeError: failed (cause: RangeError: too far)'],
    [new AggregateError([new Error('a')], 'all failed'), 'AggregateError: all failed (errors: [Error: a])'],
    [
      new (class Money {
        toJSON() {
          return { eur: 5 };
        }
      })(),
      '{eur=5}',
    ],
    [
      new (class Id {
        toString() {
          return '5b8e';
        }
      })(),
      '5b8e',
    ],
    [
      new (class Point {
        x = 1;
      })(),
      '{x=1}',
    ],
    [Object.create(null), '{}'],
    [revokedProxy(), '[unreadable]'],
    [throwingProxy(), '[unreadable]'],
    [Object.defineProperty({ a: 1 }, 'b', trap), '{a=1, b=[unreadable]}'],
    [Object.defineProperty([1, 2], 0, trap), '[[unreadable], 2]'],
    [Object.defineProperty(new Error('x'), 'message', trap), 'Error: [unreadable]'],
  ];
  for (const [value, text] of cases) {
    it(`writes ${text}`, () => {
      expect(textOf(value)).to.equal(text);
    });
  }

  it('ends a cut text in an ellipsis, and splits no character', () => {
    expect(textOf('abcdef', 4)).to.equal('abc…');
    expect(textOf('a🚀bc', 3)).to.equal('a…');
    expect(textOf({ long: 'x'.repeat(99) }, 8)).to.equal('{long=x…');
  });

  it('returns a text within the maximum length for any value', () => {
    fc.assert(
      fc.property(hostileValue, fc.integer({ min: 1, max: 2_000 }), (make, maxLength) => {
        const value = make();
        for (const text of [textOf(value, maxLength), valueText(value, maxLength)]) {
          expect(text).to.be.a('string').with.lengthOf.at.most(maxLength);
        }
        if (typeof value !== 'string') expect(textOf(value)).to.have.lengthOf.at.most(10_000);
      }),
    );
  });

  it('does not read the part that is cut off', () => {
    const { array, reads } = countedArray();

    textOf([array, array, array], 50);

    expect(reads()).to.be.at.most(20);
  });
});
