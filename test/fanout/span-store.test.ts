import { expect } from 'chai';
import sinon from 'sinon';
import { SpanStoreSubscription } from '../../src/fanout/span-store.js';

describe('SpanStoreSubscription', () => {
  it('is closed, and leaves, once', () => {
    const leave = sinon.spy();
    const store = new SpanStoreSubscription({ capacity: 10, maxBytes: 2 ** 20 }, () => {}, leave);
    expect(store.closed).to.equal(false);

    store.close();
    store.close();

    expect(store.closed).to.equal(true);
    expect(leave.args).to.deep.equal([[store]]);
  });
});
