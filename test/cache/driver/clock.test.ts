import { expect } from 'chai';
import sinon from 'sinon';
import { Clock } from '../../../src/cache/driver/clock.js';

describe('Clock', () => {
  afterEach(() => sinon.restore());

  it('stands still while performance.now() gives no time', () => {
    const clock = new Clock();
    const now = sinon.stub(performance, 'now');

    const times = [7, NaN, Infinity, 6].map((time) => {
      now.returns(time);
      return clock.now();
    });

    expect(times).to.deep.equal([7, 7, 7, 6]);
  });
});
