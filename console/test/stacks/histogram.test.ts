import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import { CELLS, Histogram, cellOf, lowerBound, octaveOf } from '../../src/stacks/histogram.js';

/** Five shapes of latency, each from a number between 0 and 1, in milliseconds. */
const DISTRIBUTIONS: Record<string, (u: number, i: number) => number> = {
  uniform: (u) => 1 + u * 999,
  exponential: (u) => -Math.log(1 - u) * 40 + 0.001,
  'log-normal': (u, i) => Math.exp(3 + Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(i)),
  Pareto: (u) => 2 / (1 - u * (1 - 1e-9)) ** (1 / 1.1),
  'two peaks': (u, i) => (i % 10 === 0 ? 2_000 + u * 500 : 3 + u),
};

const SHARES = [0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1];

describe('Histogram', () => {
  describe('cells', () => {
    it('follow each other without gaps, from 0 on', () => {
      expect(lowerBound(0)).to.equal(0);
      for (let cell = 1; cell < CELLS; cell++) {
        expect(lowerBound(cell)).to.be.greaterThan(lowerBound(cell - 1));
        expect(cellOf(lowerBound(cell))).to.equal(cell);
        expect(cellOf(lowerBound(cell) * (1 - 2 ** -52))).to.equal(cell - 1);
      }
    });

    it('accept any number: invalid ones count as 0, the longest are in the last cell', () => {
      expect([NaN, -0, 0, -1, -Infinity, 1e-300].map(cellOf)).to.deep.equal([0, 0, 0, 0, 0, 0]);
      expect([Infinity, Number.MAX_VALUE, 2 ** 43].map(cellOf)).to.deep.equal([CELLS - 1, CELLS - 1, CELLS - 1]);
    });

    it('have a new octave at each power of two', () => {
      expect(octaveOf(cellOf(0))).to.equal(0);
      expect(octaveOf(cellOf(8))).to.equal(octaveOf(cellOf(15.99)));
      expect(octaveOf(cellOf(16))).to.equal(octaveOf(cellOf(8)) + 1);
    });
  });

  for (const [name, draw] of Object.entries(DISTRIBUTIONS)) {
    it(`has percentiles within 1.6 % of the exact ones, merged or not: ${name}`, () => {
      const numbers = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
        minLength: 1,
        maxLength: 2_000,
      });
      fc.assert(
        fc.property(numbers, fc.integer({ min: 1, max: 7 }), (us, parts) => {
          const values = us.map(draw);
          const whole = new Histogram();
          const merged = new Histogram();
          const histograms = Array.from({ length: parts }, () => new Histogram());
          for (const [i, value] of values.entries()) {
            whole.add(cellOf(value));
            histograms[i % parts]!.add(cellOf(value));
          }
          for (const histogram of histograms) merged.merge(histogram);

          const exact = values.toSorted((a, b) => a - b);
          const found = merged.percentiles(SHARES);

          expect(found).to.deep.equal(whole.percentiles(SHARES));
          for (const [i, share] of SHARES.entries()) {
            const expected = exact[Math.max(0, Math.ceil(share * exact.length) - 1)]!;
            expect(Math.abs(found[i]! - expected) / expected).to.be.at.most(0.016);
          }
        }),
        { numRuns: runs(100) },
      );
    });
  }

  it('is empty at first, and after a reset', () => {
    const histogram = new Histogram();
    histogram.add(cellOf(5));
    histogram.reset();

    expect(histogram.percentiles([0.5])).to.deep.equal([0]);
    expect(histogram.used()).to.equal(0);
  });

  it('counts values up to a cell', () => {
    const histogram = new Histogram();
    for (const value of [1, 2, 4, 8]) histogram.add(cellOf(value), 2);

    expect([0.5, 1, 3, 8, 100].map((value) => histogram.countUpTo(cellOf(value)))).to.deep.equal([0, 2, 4, 8, 8]);
  });

  it('holds the octaves between the shortest and the longest value alone', () => {
    const histogram = new Histogram();
    histogram.add(cellOf(100));
    histogram.add(cellOf(120));

    expect(histogram.allocated).to.be.at.most(64);
  });
});
