import { expect } from 'chai';
import { differences, medianOf, p999Of, ratios, spreadOf } from '../../../bench/measure/statistics.js';

describe('spreadOf', () => {
  it('gives the median and the quartiles of values in any order', () => {
    expect(spreadOf([5, 1, 4, 2, 3])).to.deep.equal({ low: 2, median: 3, high: 4 });
  });

  it('interpolates between two values', () => {
    expect(spreadOf([10, 20])).to.deep.equal({ low: 12.5, median: 15, high: 17.5 });
  });

  it('compares numbers as numbers', () => {
    expect(medianOf([9, 10, 100])).to.equal(10);
  });

  it('does not modify the values', () => {
    const values = [3, 1, 2];

    spreadOf(values);

    expect(values).to.deep.equal([3, 1, 2]);
  });

  it('returns NaN if one of the values is NaN', () => {
    expect(spreadOf([1, 2, NaN, 3, 4])).to.deep.equal({ low: NaN, median: NaN, high: NaN });
  });

  it('throws for an empty list', () => {
    expect(() => spreadOf([])).to.throw(RangeError, 'no values');
  });
});

describe('p999Of', () => {
  it('is exceeded by one value in a thousand', () => {
    const values = Array.from({ length: 1_001 }, (_, i) => 1_000 - i);

    expect(p999Of(values)).to.equal(999);
  });
});

describe('ratios and differences', () => {
  it('pair the values of the same round', () => {
    expect(ratios([2, 9], [4, 3])).to.deep.equal([0.5, 3]);
    expect(differences([2, 9], [4, 3])).to.deep.equal([-2, 6]);
  });
});
