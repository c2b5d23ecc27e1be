import { expect } from 'chai';
import { formatDuration, nanosBetween } from '../../../src/trace/text/duration.js';

const SECOND = 1e9;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('formatDuration', () => {
  const cases: [nanos: number, text: string][] = [
    [0, '0 µs'],
    [400, '0.4 µs'],
    [2_140, '2.1 µs'],
    [999_499, '999 µs'],
    [999_500, '1 ms'],
    [2.1e6, '2.1 ms'],
    [9.96e6, '10 ms'],
    [312e6, '312 ms'],
    [10.4e6, '10 ms'],
    [999.5e6, '1 s'],
    [999.6e6, '1 s'],
    [1.238 * SECOND, '1.24 s'],
    [12.34 * SECOND, '12.3 s'],
    [59.95 * SECOND, '1m 00s'],
    [59.96 * SECOND, '1m 00s'],
    [125 * SECOND, '2m 05s'],
    [HOUR - SECOND, '59m 59s'],
    [HOUR - SECOND / 2, '1h 00m'],
    [HOUR - SECOND / 4, '1h 00m'],
    [26 * MINUTE + 7.6 * SECOND, '26m 08s'],
    [DAY - MINUTE, '23h 59m'],
    [DAY - MINUTE / 2, '1d'],
    [DAY - 1, '1d'],
    [20_741 * DAY, '20741d'],
    [99_999 * DAY, '99999d'],
    [100_000 * DAY, '>99999d'],
    [1e9 * DAY, '>99999d'],
    [-2 * 1e6, '-2 ms'],
    [NaN, '?'],
  ];
  for (const [nanos, text] of cases) {
    it(`writes ${nanos} ns as ${text}`, () => {
      expect(formatDuration(nanos)).to.equal(text);
    });
  }

  it('takes at most 7 columns over all magnitudes', () => {
    for (let nanos = 1; nanos < 1e24; nanos *= 1.01) {
      expect(formatDuration(nanos)).to.have.lengthOf.at.most(7, `${nanos} ns`);
    }
  });
});

describe('nanosBetween', () => {
  it('is exact to the nanosecond at the distance of an epoch time', () => {
    expect(nanosBetween([1_700_000_000, 999_999_999], [1_700_000_001, 1])).to.equal(2);
  });

  it('is negative backwards', () => {
    expect(nanosBetween([2, 0], [1, 5])).to.equal(-999_999_995);
  });
});
