import { expect } from 'chai';
import { readAttributes, readValue, writeAttributes, writeValue } from '../../../src/threads/wire/values.js';
import type { WireWriter } from '../../../src/threads/wire/wire-writer.js';
import { lengthOf, transfer } from './transfer.js';

function transferred(value: unknown): unknown {
  return transfer((writer) => writeValue(writer, value), readValue);
}

/** A text within `levels` lists. */
function nested(levels: number): unknown {
  let value: unknown = 'innermost';
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

describe('writeValue and readValue', () => {
  for (const [what, value] of [
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['false', false],
    ['zero', 0],
    ['negative zero', -0],
    ['the last integer of one byte', 127],
    ['the first integer of two bytes', 128],
    ['the last integer of four bytes', 2 ** 28 - 1],
    ['the first integer of five bytes', 2 ** 28],
    ['an integer of 32 bits', 2 ** 32 - 1],
    ['an integer of 33 bits', 2 ** 32],
    ['the largest safe integer', Number.MAX_SAFE_INTEGER],
    ['an integer that is not safe', 2 ** 53],
    ['a negative integer', -1],
    ['a fraction', 0.1],
    ['NaN', Number.NaN],
    ['Infinity', Infinity],
    ['negative Infinity', -Infinity],
    ['the smallest positive number', Number.MIN_VALUE],
    ['an empty text', ''],
    ['a text of Latin letters', 'größer als ÿ'],
    ['a text of other letters', 'Ā 漢字 🙂'],
    ['half of a surrogate pair', 'cut \ud83d'],
    ['a text of 64 characters', 'x'.repeat(64)],
    ['a text of 65 characters', 'x'.repeat(65)],
    ['a text of a million characters', 'ä'.repeat(1_000_000)],
    ['an empty list', []],
    ['an empty map', {}],
    ['no bytes', new Uint8Array()],
    ['bytes', new Uint8Array([0, 127, 128, 255])],
    ['nested containers', { list: [[], [{ empty: {} }, [null, undefined]]], '': { '': 0 } }],
  ] as const) {
    it(`transfer ${what}`, () => {
      expect(transferred(value)).to.deep.equal(value);
    });
  }

  it('transfer a list without nested containers at any length', () => {
    const list = Array.from({ length: 70_000 }, (_, index) => (index % 3 === 0 ? null : index));

    expect(transferred(list)).to.deep.equal(list);
  });

  for (const [what, value, text] of [
    ['a bigint', 12n, '12'],
    ['a symbol', Symbol('odd'), 'Symbol(odd)'],
    ['a function', function charge() {}, '[Function charge]'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ] as const) {
    it(`transfer ${what} as text, by itself and within containers`, () => {
      expect(transferred(value)).to.equal(text);
      expect(transferred([value])).to.deep.equal([text]);
      expect(transferred({ deep: [value] })).to.deep.equal({ deep: [text] });
    });
  }

  it('transfer a circular reference as null', () => {
    const list: unknown[] = ['first'];
    list.push(list);
    const map: Record<string, unknown> = { list };
    map['self'] = map;

    expect(transferred(list)).to.deep.equal(['first', null]);
    expect(transferred(map)).to.deep.equal({ list: ['first', null], self: null });
  });

  it('transfer an object that occurs twice, but not within itself, twice', () => {
    const shared = { id: 1 };

    expect(transferred([shared, { shared }])).to.deep.equal([{ id: 1 }, { shared: { id: 1 } }]);
  });

  it('transfer containers nested 64 levels deep, and deeper ones as text', () => {
    const deepest = { deep: [1] };
    let value: unknown = deepest;
    for (let level = 0; level < 63; level++) value = { value };

    let received = transferred(value);
    for (let level = 0; level < 63; level++) received = (received as { value: unknown }).value;

    expect(received).to.deep.equal({ deep: '[1]' });
    expect(transferred(nested(64))).to.deep.equal(nested(64));
  });

  it('leave out what follows after 65,536 nested values', () => {
    const list = Array.from({ length: 65_534 }, () => 0);

    const received = transferred([...list, ['last'], ['too late']]);

    expect(received).to.deep.equal([...list, '[last]']);
  });

  it('end for objects that reference each other in very many paths', () => {
    let value: unknown = ['end'];
    for (let level = 0; level < 20; level++) value = [value, value];

    expect(JSON.stringify(transferred(value)).length).to.be.below(1_000_000);
  });
});

describe('writeValue', () => {
  it('takes two bytes for a small integer', () => {
    expect(lengthOf((writer) => writeValue(writer, 0))).to.equal(2);
    expect(lengthOf((writer) => writeValue(writer, 127))).to.equal(2);
  });
});

describe('readValue', () => {
  const LIST = 7;
  const MAP = 8;

  /** A list or map of one value, without that value. */
  const opening: Record<string, (writer: WireWriter) => void> = {
    lists: (writer) => {
      writer.byte(LIST);
      writer.uint32(1);
    },
    maps: (writer) => {
      writer.byte(MAP);
      writer.uint(1);
      writer.text('key');
    },
  };

  for (const [what, open] of Object.entries(opening)) {
    it(`refuses ${what} nested more than 64 levels deep, which no packer writes`, () => {
      const write = (writer: WireWriter) => {
        for (let level = 0; level < 65; level++) open(writer);
        writeValue(writer, 'innermost');
      };

      expect(() => transfer(write, readValue)).to.throw(TypeError, 'a value must be nested at most 64 levels deep');
    });
  }

  it('refuses a value of an unknown type', () => {
    expect(() => transfer((writer) => writer.byte(10), readValue)).to.throw(
      TypeError,
      'a value must be of a known type',
    );
  });
});

describe('readAttributes', () => {
  it('returns an attribute named __proto__ that can be changed and removed as any other', () => {
    const attributes = JSON.parse('{ "__proto__": 1, "other": 2 }') as object;

    const received = transfer((writer) => writeAttributes(writer, attributes), readAttributes);

    expect(Object.getPrototypeOf(received)).to.equal(Object.prototype);
    expect(Object.getOwnPropertyDescriptors(received)).to.deep.equal(Object.getOwnPropertyDescriptors(attributes));
  });
});
