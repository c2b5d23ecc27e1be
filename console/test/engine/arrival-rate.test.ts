import { expect } from 'chai';
import { ArrivalRate } from '../../src/engine/arrival-rate.js';

describe('ArrivalRate', () => {
  it('is 0 at first', () => {
    expect(new ArrivalRate().perSecond(1_000)).to.equal(0);
  });

  it('is the number of items per second', () => {
    const rate = new ArrivalRate();

    for (let now = 0; now < 5_000; now += 10) rate.add(3, now);

    expect(rate.perSecond(4_999)).to.equal(300);
  });

  it('is 0 two seconds after the last item', () => {
    const rate = new ArrivalRate();
    rate.add(1_000, 5_050);

    expect([rate.perSecond(6_999), rate.perSecond(7_050)]).to.deep.equal([500, 0]);
  });

  it('is not confused by a clock that stands still or steps back', () => {
    const rate = new ArrivalRate();

    rate.add(10, 5_000);
    rate.add(10, 4_000);
    rate.add(10, 5_000);

    expect(rate.perSecond(5_000)).to.equal(15);
  });
});
