import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import { CountSeries } from '../../src/errors/count-series.js';

describe('CountSeries', () => {
  it('counts by second', () => {
    const series = new CountSeries();
    for (const at of [0, 500, 1_200, 3_000]) series.add(at);

    expect(series.countIn({ from: 0, to: 1_000 })).to.equal(2);
    expect(series.countIn({ from: 1_000, to: 4_000 })).to.equal(2);
    expect(series.spark({ from: 0, to: 4_000 }, 4)).to.deep.equal([2, 1, 0, 1]);
  });

  it('counts an occurrence of an earlier time in the latest slot', () => {
    const series = new CountSeries();
    series.add(10_000);
    series.add(-1e15);

    expect(series.countIn({ from: 10_000, to: 11_000 })).to.equal(2);
  });

  it('holds few slots, and loses no count of the last twelve hours', () => {
    const series = new CountSeries();
    const seconds = 11 * 3_600;
    for (let second = 0; second < seconds; second++) series.add(second * 1_000);

    expect(series.countIn({ from: 0, to: seconds * 1_000 })).to.equal(seconds);
    expect(series.countIn({ from: (seconds - 60) * 1_000, to: seconds * 1_000 })).to.equal(60);
  });

  it('forgets counts older than twelve hours', () => {
    const series = new CountSeries();
    for (let minute = 0; minute < 60 * 48; minute++) series.add(minute * 60_000);

    const all = series.countIn({ from: 0, to: 1e12 });

    expect(all).to.be.within(720, 720 + 1_100);
  });

  it('has the same sum in a spark as in the window', () => {
    const window = fc.tuple(fc.nat(4_000_000), fc.integer({ min: 1, max: 4_000_000 }));
    fc.assert(
      fc.property(fc.array(fc.nat(4_000_000)), window, (times, [from, length]) => {
        const series = new CountSeries();
        for (const time of times.toSorted((a, b) => a - b)) series.add(time);

        const sum = series.spark({ from, to: from + length }, 30).reduce((a, b) => a + b, 0);

        expect(sum).to.equal(series.countIn({ from, to: from + length }));
      }),
      { numRuns: runs(400) },
    );
  });
});
