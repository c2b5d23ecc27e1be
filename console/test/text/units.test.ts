import { expect } from 'chai';
import fc from 'fast-check';
import { ago, counted, duration, grouped, percent, rate, timeOfDay } from '../../src/text/units.js';

describe('duration()', () => {
  for (const [millis, text] of [
    [0, '0 µs'],
    [0.0421, '42 µs'],
    [0.9996, '1 ms'],
    [2.14, '2.1 ms'],
    [312.4, '312 ms'],
    [999.6, '1 s'],
    [1_240, '1.24 s'],
    [59_960, '1m 00s'],
    [125_000, '2m 05s'],
    [3_599_600, '1h 00m'],
    [7_500_000, '2h 05m'],
    [200_000_000, '2d'],
    [-5, '-5 ms'],
    [Number.NaN, '?'],
  ] as const) {
    it(`writes ${millis} ms as ${text}`, () => {
      expect(duration(millis)).to.equal(text);
    });
  }

  it('takes at most 7 columns', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true }), (millis) => {
        expect(duration(millis).length).to.be.at.most(7);
      }),
    );
  });
});

describe('Numbers for people', () => {
  it('have their thousands apart', () => {
    expect(grouped(1_204_331)).to.equal('1,204,331');
    expect([counted(1, 'span'), counted(1_204, 'span')]).to.deep.equal(['1 span', '1,204 spans']);
  });

  it('have as many digits as say something', () => {
    expect([0.034, 4.25, 41.23, 99.96, 1_204.4].map(rate)).to.deep.equal(['0.03', '4.25', '41.2', '100', '1,204']);
    expect([0, 0.0004, 0.004, 0.58, 1, 1.2].map(percent)).to.deep.equal([
      '0 %',
      '0 %',
      '0.4 %',
      '58 %',
      '100 %',
      '120 %',
    ]);
  });
});

describe('Times for people', () => {
  it('are local, with milliseconds', () => {
    expect(timeOfDay(new Date(2026, 0, 2, 14, 6, 31, 4).getTime())).to.equal('14:06:31.004');
    expect(timeOfDay(Number.NaN)).to.equal('--:--:--.---');
  });

  it('lie a while ago', () => {
    expect([ago(10_000, 10_400), ago(10_000, 22_700), ago(10_000, 0)]).to.deep.equal(['now', '12 s ago', 'now']);
  });
});
