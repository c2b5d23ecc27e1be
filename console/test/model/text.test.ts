import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import fc from 'fast-check';
import { hostileValue, knot, nested } from '../../../test/hostile-values.js';
import { codePoint } from '../../../test/code-point.js';
import { runs } from '../../../test/property-runs.js';
import { CUT, cutText, ownText, textOf } from '../../src/model/text.js';

class Money {
  constructor(readonly amount: number) {}
}

function heapAfterGc(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe('textOf', () => {
  const texts: readonly (readonly [value: unknown, text: string])[] = [
    ['as it is', 'as it is'],
    [undefined, ''],
    [null, ''],
    [12n, '12'],
    [1n << 100_000n, '[bigint]'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 1, '[Function]'],
    [{ a: 1, b: ['x', null, { c: true }] }, '{"a":1,"b":["x",null,{"c":true}]}'],
    [new Map([['a', 1]]), '{"a":1}'],
    [new Set(['a', 2]), '["a",2]'],
    [new Money(5), '{"amount":5}'],
    [Buffer.alloc(12), '<12 bytes>'],
    [new Float64Array(2), '[0,0]'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(NaN), 'Invalid Date'],
    [new URL('http://localhost/a'), 'http://localhost/a'],
    [new RangeError('too far'), 'RangeError: too far'],
    [{ at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
  ];

  for (const [value, text] of texts) {
    it(`writes ${text === '' ? 'nothing' : text}`, () => {
      expect(textOf(value)).to.equal(text);
    });
  }

  it('marks an object inside itself', () => {
    const ring: Record<string, unknown> = {};
    ring['self'] = ring;

    expect(textOf(ring)).to.equal('{"self":[circular]}');
  });

  it('ends early for values without an end', () => {
    expect(textOf(knot(14)[0]).length).to.be.below(10_000);
    expect(textOf(nested(10_000))).to.contain('…');
  });

  it('never throws, and is never longer than requested', () => {
    fc.assert(
      fc.property(hostileValue, fc.integer({ min: 1, max: 300 }), (make, max) => {
        expect(textOf(make(), max).length).to.be.at.most(max + CUT.length);
      }),
      { numRuns: runs(1_000) },
    );
  });
});

describe('cutText', () => {
  it('leaves a text that fits', () => {
    expect(cutText('abc', 3)).to.equal('abc');
  });

  it('does not keep a large text alive by a part of it', () => {
    // Larger ones are outside of the heap.
    const large = () => Buffer.alloc(1_000_000, 'x').toString('latin1');
    const before = heapAfterGc();

    const texts = Array.from({ length: 20 }, () => cutText(large(), 8_192));

    expect(heapAfterGc() - before).to.be.below(10_000_000);
    expect(texts).to.have.length(20);
  });

  it('never splits a character of two code units', () => {
    expect(cutText('a😀😀', 2)).to.equal(`a${CUT}`);
    expect(cutText('a😀😀', 3)).to.equal(`a😀${CUT}`);
  });
});

describe('ownText', () => {
  it('is the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint }), (text) => {
        expect(ownText(text)).to.equal(text);
        expect(ownText(`${text}\ud800`)).to.equal(`${text}\ud800`);
      }),
    );
  });
});
