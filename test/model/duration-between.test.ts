import { hrTimeDuration } from '@opentelemetry/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { durationBetween } from '../../src/model/duration-between.js';

describe('The duration between two times', () => {
  it('is that of the SDK', () => {
    const time = fc.tuple(fc.nat(2 ** 33), fc.nat(999_999_999));
    fc.assert(
      fc.property(time, time, (start, end) => {
        expect(durationBetween(start, end)).to.deep.equal(hrTimeDuration(start, end));
      }),
    );
  });
});
