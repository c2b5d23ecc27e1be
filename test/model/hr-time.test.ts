import { hrTimeDuration } from '@opentelemetry/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { durationBetween, timeAfter } from '../../src/model/hr-time.js';

const time = fc.tuple(fc.nat(2 ** 33), fc.nat(999_999_999));

describe('The duration between two times', () => {
  it('is that of the SDK', () => {
    fc.assert(
      fc.property(time, time, (start, end) => {
        expect(durationBetween(start, end)).to.deep.equal(hrTimeDuration(start, end));
      }),
    );
  });

  it('ends at the second time if it begins at the first', () => {
    fc.assert(
      fc.property(time, time, (one, other) => {
        const [start, end] = one[0] < other[0] ? [one, other] : [other, one];

        expect(timeAfter(start, durationBetween(start, end))).to.deep.equal(end);
      }),
    );
  });
});
