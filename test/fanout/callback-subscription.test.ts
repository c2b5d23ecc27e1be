import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { CallbackSubscription } from '../../src/fanout/callback-subscription.js';
import { listenToWarnings } from '../scenarios/service.js';

const OPTIONS = { capacity: 10, maxBytes: 2 ** 20, orphans: false };

describe('CallbackSubscription', () => {
  afterEach(() => diag.disable());

  it('says of a function that throws that it will be called again', () => {
    const warn = sinon.spy();
    listenToWarnings(warn);
    const error = new Error('why');
    const subscription = new CallbackSubscription(sinon.fake.throws(error), OPTIONS, () => {});

    subscription.deliverSpans([]);

    expect(warn.args).to.deep.equal([['otel-span-cache', 'a subscriber failed; it still gets the next batch', error]]);
  });
});
