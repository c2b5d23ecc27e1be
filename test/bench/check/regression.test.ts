import { expect } from 'chai';
import { lookAt } from '../../../bench/check/regression.js';
import type { Spread } from '../../../bench/measure/statistics.js';

const around = (median: number, width = 0): Spread => ({ low: median - width / 2, median, high: median + width / 2 });

describe('lookAt', () => {
  it('allows a ratio to grow by a quarter', () => {
    expect(lookAt(around(0.4), around(0.5))).to.equal('fine');
    expect(lookAt(around(0.4), around(0.51))).to.equal('worse');
  });

  it('allows a ratio to grow by the spread of its own run if that is larger', () => {
    expect(lookAt(around(0.4), around(0.59, 0.2))).to.equal('fine');
    expect(lookAt(around(0.4), around(0.61, 0.2))).to.equal('worse');
  });

  it('does not add the quarter and the spread', () => {
    expect(lookAt(around(0.4), around(0.55, 0.1))).to.equal('worse');
  });

  it('ignores the noise of the previous run', () => {
    expect(lookAt(around(0.4, 3), around(0.51))).to.equal('worse');
  });

  it('reports a ratio that has grown by more as worse, even if it is noisy', () => {
    expect(lookAt(around(0.4), around(2.8, 2))).to.equal('worse');
  });

  it('treats a ratio near or below zero as a fiftieth', () => {
    expect(lookAt(around(-0.01), around(0.009))).to.equal('fine');
    expect(lookAt(around(0), around(0.03))).to.equal('worse');
  });

  it('accepts a better ratio', () => {
    expect(lookAt(around(0.4), around(0.1))).to.equal('fine');
  });

  it('is unclear if the spread is more than half of the ratio', () => {
    expect(lookAt(around(0.4), around(0.4, 0.19))).to.equal('fine');
    expect(lookAt(around(0.4), around(0.4, 0.21))).to.equal('unclear');
  });

  it('is clear if the spread is less than a fiftieth', () => {
    expect(lookAt(around(0.01), around(0.01, 0.019))).to.equal('fine');
    expect(lookAt(around(0.01), around(0.01, 0.021))).to.equal('unclear');
  });

  for (const value of [NaN, Infinity, -Infinity]) {
    it(`is broken if the median or a quartile is ${value}`, () => {
      expect(lookAt(around(0.4), { low: 0.4, median: value, high: 0.4 })).to.equal('broken');
      expect(lookAt(around(0.4), { low: value, median: 0.4, high: 0.4 })).to.equal('broken');
      expect(lookAt(around(0.4), { low: 0.4, median: 0.4, high: value })).to.equal('broken');
    });
  }
});
