import { expect } from 'chai';
import fc from 'fast-check';
import { toAttributeValue } from '../../src/model/attribute-value.js';
import { hostileValue, trap } from '../hostile-values.js';
import { codePoint } from '../code-point.js';

/** Whether a span event can hold it: the rule of the SDK's own `isSimpleAttributeValue`, without its code. */
function isAllowed(value: unknown): boolean {
  const simple = ['string', 'number', 'boolean'];
  if (!Array.isArray(value)) return simple.includes(typeof value);
  const types = new Set(
    value.filter((element) => element !== null && element !== undefined).map((element) => typeof element),
  );
  return types.size === 0 || (types.size === 1 && simple.includes([...types][0]!));
}

/** Anything a log attribute may hold. */
const { anyValue } = fc.letrec((tie) => ({
  anyValue: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(null, undefined),
    fc.string({ unit: codePoint }),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.uint8Array(),
    fc.array(fc.double()),
    fc.array(fc.option(fc.string())),
    fc.array(tie('anyValue')),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('toString', '__proto__', 'toJSON', 'constructor')),
      tie('anyValue'),
    ),
  ),
}));

/** The expected JSON of a value. */
function asJson(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asJson(item)]));
}

describe('toAttributeValue', () => {
  describe('keeps, unchanged,', () => {
    for (const value of ['text', '', 0, -1.5, NaN, Infinity, -Infinity, true, false]) {
      it(`${typeof value} ${String(value) || '(empty)'}`, () => {
        expect(toAttributeValue(value)).to.deep.equal(value);
      });
    }

    it('an array of strings, of numbers or of booleans', () => {
      for (const array of [['a', ''], [1, NaN], [true, false], []]) {
        expect(toAttributeValue(array)).to.deep.equal(array);
      }
    });

    it('the nulls in such an array, since their places count', () => {
      expect(toAttributeValue(['a', null, 'b'])).to.deep.equal(['a', null, 'b']);
      expect(toAttributeValue([undefined, 1])).to.deep.equal([undefined, 1]);
      expect(toAttributeValue([null])).to.deep.equal([null]);
    });

    it('but copies the array itself, which may still change', () => {
      const array = ['a'];

      const value = toAttributeValue(array);
      array.push('b');

      expect(value).to.deep.equal(['a']);
    });
  });

  describe('writes, by the rules for protocols without such values,', () => {
    it('bytes in Base64, without quotes', () => {
      expect(toAttributeValue(new TextEncoder().encode('hello world'))).to.equal('aGVsbG8gd29ybGQ=');
    });

    it('only the bytes that a view shows of its buffer', () => {
      const buffer = new TextEncoder().encode('-hello world-');

      expect(toAttributeValue(buffer.subarray(1, -1))).to.equal('aGVsbG8gd29ybGQ=');
    });

    it('an empty value as the empty string', () => {
      expect(toAttributeValue(null)).to.equal('');
      expect(toAttributeValue(undefined)).to.equal('');
    });

    it('a map as a JSON object', () => {
      expect(toAttributeValue({ a: '-Infinity', b: 2, c: [3, null] })).to.equal('{"a":"-Infinity","b":2,"c":[3,null]}');
      expect(toAttributeValue({})).to.equal('{}');
    });

    it('an array of mixed types as a JSON array', () => {
      const bytes = new TextEncoder().encode('hello world');

      expect(toAttributeValue([1, -Infinity, 'a', true, { nested: bytes }])).to.equal(
        '[1,"-Infinity","a",true,{"nested":"aGVsbG8gd29ybGQ="}]',
      );
    });

    it('an array of arrays as a JSON array', () => {
      expect(toAttributeValue([[1], []])).to.equal('[[1],[]]');
    });

    it('NaN and the infinities inside as JSON strings', () => {
      expect(toAttributeValue({ a: NaN, b: Infinity, c: -Infinity })).to.equal(
        '{"a":"NaN","b":"Infinity","c":"-Infinity"}',
      );
    });

    it('undefined inside as null, like null', () => {
      expect(toAttributeValue({ a: undefined, b: [undefined, 'x', 1] })).to.equal('{"a":null,"b":[null,"x",1]}');
    });

    it('strings and keys inside as JSON strings', () => {
      expect(toAttributeValue({ 'a"b': 'line\nbreak' })).to.equal('{"a\\"b":"line\\nbreak"}');
    });

    it('a map without a prototype, or with keys that are names of object methods', () => {
      const map = Object.assign(Object.create(null) as object, { toString: 'x', toJSON: 'y' });

      expect(toAttributeValue(map)).to.equal('{"toString":"x","toJSON":"y"}');
    });
  });

  describe('for values that are not valid log attributes', () => {
    it('writes a bigint in digits', () => {
      expect(toAttributeValue(2n ** 64n)).to.equal('18446744073709551616');
    });

    it('writes a bigint inside as a number, or as a string beyond 64 bits', () => {
      expect(toAttributeValue({ a: 2n ** 63n - 1n, b: 2n ** 63n })).to.equal(
        '{"a":9223372036854775807,"b":"9223372036854775808"}',
      );
    });

    it('uses the string form of objects that are neither map nor array', () => {
      expect(toAttributeValue(new RangeError('too far'))).to.equal('RangeError: too far');
      expect(toAttributeValue({ at: new URL('http://localhost/') })).to.equal('{"at":"http://localhost/"}');
    });

    it('uses the text of a date, also inside, and an error with its cause', () => {
      expect(toAttributeValue(new Date(0))).to.equal('1970-01-01T00:00:00.000Z');
      expect(toAttributeValue({ at: new Date(0) })).to.equal('{"at":"1970-01-01T00:00:00.000Z"}');
      expect(toAttributeValue(new Error('a', { cause: new TypeError('b') }))).to.equal(
        'Error: a (cause: TypeError: b)',
      );
    });

    it('converts a Map to a map, a Set to an array, and an object to its members or its JSON', () => {
      expect(
        toAttributeValue(
          new Map<unknown, unknown>([
            ['a', 1],
            [2, new Set(['b', 3])],
          ]),
        ),
      ).to.equal('{"a":1,"2":["b",3]}');
      expect(toAttributeValue(new Set(['a', 'b']))).to.deep.equal(['a', 'b']);
      expect(toAttributeValue(new Float64Array([1, 2]))).to.deep.equal([1, 2]);
      expect(
        toAttributeValue(
          new (class {
            a = 1;
          })(),
        ),
      ).to.equal('{"a":1}');
      expect(
        toAttributeValue([
          new (class {
            toJSON() {
              return { eur: 5 };
            }
          })(),
        ]),
      ).to.equal('[{"eur":5}]');
    });

    it('marks unreadable values', () => {
      expect(toAttributeValue(Object.defineProperty({ a: 1 }, 'b', trap))).to.equal('{"a":1,"b":"[unreadable]"}');
    });

    it('uses the string form of functions and symbols', () => {
      expect(toAttributeValue(Symbol('s'))).to.equal('Symbol(s)');
      expect(toAttributeValue([Symbol('s')])).to.equal('["Symbol(s)"]');
    });
  });

  describe('has an end', () => {
    it('at a value that contains itself, which becomes null', () => {
      const map: Record<string, unknown> = { name: 'loop' };
      map['self'] = map;
      const array: unknown[] = ['loop'];
      array.push([array]);

      expect(toAttributeValue(map)).to.equal('{"name":"loop","self":null}');
      expect(toAttributeValue(array)).to.equal('["loop",[null]]');
    });

    it('but not at a value that occurs twice', () => {
      const shared = { id: 1 };

      expect(toAttributeValue([shared, shared])).to.equal('[{"id":1},{"id":1}]');
    });

    it('at the 64th level, below which containers become null', () => {
      const nested = (levels: number): unknown => (levels === 0 ? 'bottom' : [nested(levels - 1)]);

      expect(toAttributeValue(nested(64))).to.equal(`${'['.repeat(64)}"bottom"${']'.repeat(64)}`);
      expect(toAttributeValue(nested(65))).to.equal(`${'['.repeat(64)}null${']'.repeat(64)}`);
    });

    it('in a large array that contains itself, and in repeated long texts', () => {
      const array: unknown[] = [];
      for (let index = 0; index < 60_000; index++) array.push(array);

      expect(toAttributeValue(array)).to.have.lengthOf(60_000 * 5 + 1);
      expect(
        String(toAttributeValue([1, ...new Array<string>(1_000).fill('x'.repeat(100_000))])).length,
      ).to.be.lessThan(1_200_000);
    });

    it('in values whose paths do not end', () => {
      let value: unknown = 'bottom';
      for (let level = 0; level < 40; level++) value = [value, value];

      expect(String(toAttributeValue(value)).length).to.be.lessThan(2_000_000);
    });
  });

  it('never throws, for any value', () => {
    fc.assert(
      fc.property(hostileValue, (make) => {
        expect(isAllowed(toAttributeValue(make()))).to.equal(true);
      }),
    );
  });

  it('always returns a valid value of a span event', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(isAllowed(toAttributeValue(value))).to.equal(true);
      }),
    );
  });

  it('writes JSON that represents the value', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.dictionary(fc.string(), anyValue),
          fc.array(anyValue).filter((array) => !isAllowed(array)),
        ),
        (value) => {
          const written = JSON.parse(toAttributeValue(value) as string) as unknown;

          // JSON has no -0.
          expect(written).to.deep.equal(JSON.parse(JSON.stringify(asJson(value))));
        },
      ),
    );
  });
});
