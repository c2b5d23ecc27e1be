import { expect } from 'chai';
import fc from 'fast-check';
import { RestartLimit } from '../../src/host/restart-limit.js';

describe('RestartLimit', () => {
  it('lets three restarts be at once, and the fourth a minute after the first', () => {
    const limit = new RestartLimit();

    const delays = [0, 10, 20, 30].map((now) => limit.next(now));

    expect(delays).to.deep.equal([0, 0, 0, 59_970]);
  });

  it('never lets more than three be within a minute (property)', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30_000), { minLength: 4, maxLength: 40 }), (pauses) => {
        const limit = new RestartLimit();
        let now = 0;
        const times = pauses.map((pause) => {
          now += pause;
          now += limit.next(now);
          return now;
        });

        for (let index = 3; index < times.length; index++) {
          expect(times[index]! - times[index - 3]!).to.be.at.least(60_000);
        }
      }),
    );
  });
});
