import { expect } from 'chai';
import { BackOff } from '../../../src/processes/join/back-off.js';

describe('BackOff', () => {
  it('doubles its pauses up to 30 s, half of each at random', () => {
    const backOff = new BackOff();
    expect([0, 1, 0.5].map((random) => backOff.next(random))).to.deep.equal([125, 500, 750]);
    for (let tries = 0; tries < 20; tries++) backOff.next(0);
    expect([backOff.next(0), backOff.next(1)]).to.deep.equal([15_000, 30_000]);
  });

  it('begins anew after a success', () => {
    const backOff = new BackOff();
    backOff.next(1);
    backOff.reset();
    expect(backOff.next(1)).to.equal(250);
  });
});
