import { expect } from 'chai';
import { lookAt } from '../../../bench/check/regression.js';
import type { Spread } from '../../../bench/measure/statistics.js';

const around = (median: number, width = 0): Spread => ({ low: median - width / 2, median, high: median + width / 2 });

describe('lookAt', () => {
  it('lets a ratio grow by a quarter', () => {
    expect(lookAt(around(0.4), around(0.5))).to.equal('fine');
    expect(lookAt(around(0.4), around(0.51))).to.equal('worse');
  });

  it('lets a ratio grow by the spread of its own run, if that is more', () => {
    expect(lookAt(around(0.4), around(0.59, 0.2))).to.equal('fine');
    expect(lookAt(around(0.4), around(0.61, 0.2))).to.equal('worse');
  });

  it('does not add the quarter and the spread', () => {
    expect(lookAt(around(0.4), around(0.55, 0.1))).to.equal('worse');
  });

  it('does not let a ratio grow because the run before was noisy', () => {
    expect(lookAt(around(0.4, 3), around(0.51))).to.equal('worse');
  });

  it('finds a ratio worse, however noisy, that has grown by more than that', () => {
    expect(lookAt(around(0.4), around(2.8, 2))).to.equal('worse');
  });

  it('lets a ratio near nothing, or by noise below it, be a fiftieth', () => {
    expect(lookAt(around(-0.01), around(0.009))).to.equal('fine');
    expect(lookAt(around(0), around(0.03))).to.equal('worse');
  });

  it('is content with a better ratio', () => {
    expect(lookAt(around(0.4), around(0.1))).to.equal('fine');
  });

  it('is unclear where the spread is more than half of the ratio', () => {
    expect(lookAt(around(0.4), around(0.4, 0.19))).to.equal('fine');
    expect(lookAt(around(0.4), around(0.4, 0.21))).to.equal('unclear');
  });

  it('is not unclear for a spread of less than a fiftieth', () => {
    expect(lookAt(around(0.01), around(0.01, 0.019))).to.equal('fine');
    expect(lookAt(around(0.01), around(0.01, 0.021))).to.equal('unclear');
  });

  for (const value of [NaN, Infinity, -Infinity]) {
    it(`is broken where the median or a quartile is ${value}`, () => {
      expect(lookAt(around(0.4), { low: 0.4, median: value, high: 0.4 })).to.equal('broken');
      expect(lookAt(around(0.4), { low: value, median: 0.4, high: 0.4 })).to.equal('broken');
      expect(lookAt(around(0.4), { low: 0.4, median: 0.4, high: value })).to.equal('broken');
    });
  }
});
