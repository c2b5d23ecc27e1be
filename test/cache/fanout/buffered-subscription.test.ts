import { expect } from 'chai';
import sinon from 'sinon';
import { IteratorSubscription } from '../../../src/cache/fanout/iterator-subscription.js';

describe('BufferedSubscription', () => {
  it('leaves once, however often it is ended', () => {
    const leave = sinon.spy();
    const subscription = new IteratorSubscription({ capacity: 10, maxBytes: 2 ** 20, orphans: false }, leave);

    subscription.close();
    subscription.close();
    subscription.end();

    expect(leave.args).to.deep.equal([[subscription]]);
  });
});
