import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { CallbackSubscription } from '../../../src/cache/fanout/callback-subscription.js';
import type { ReadableSpan } from '../../../src/index.js';
import { listenToWarnings } from '../../scenarios/service.js';

const OPTIONS = { capacity: 10, maxBytes: 2 ** 20, orphans: false };

/** Values that a function may return instead of a promise, and the number of failures that each one causes. */
const RESULTS: readonly (readonly [string, () => unknown, number])[] = [
  ['a thenable whose then cannot be read', () => withThen({}, { get: broken }), 1],
  ['a thenable whose then throws', () => withThen({}, { value: broken }), 1],
  ['a thenable that settles twice', () => withThen({}, { value: twice }), 0],
  ['a promise with a then of its own that throws', () => withThen(Promise.resolve(), { value: broken }), 1],
  ['a promise with a then of its own that settles twice', () => withThen(Promise.resolve(), { value: twice }), 0],
];

function withThen(object: object, property: PropertyDescriptor): object {
  // oxlint-disable-next-line unicorn/no-thenable -- what it does to whoever waits for it is the point
  return Object.defineProperty(object, 'then', property);
}

function broken(): never {
  throw new Error('broken');
}

function twice(done: () => void, failed: () => void): void {
  done();
  done();
  failed();
}

describe('CallbackSubscription', () => {
  const rejected = sinon.spy();

  before(() => process.on('unhandledRejection', rejected));

  afterEach(() => diag.disable());

  after(() => void process.off('unhandledRejection', rejected));

  for (const [what, result, errors] of RESULTS) {
    it(`whose function returns ${what} receives each batch once`, async () => {
      listenToWarnings(() => {});
      const callback = sinon.spy(() => result());
      const subscription = new CallbackSubscription(callback, OPTIONS, () => {});

      for (let i = 0; i < 4; i++) subscription.deliverSpans([{} as ReadableSpan]);
      await new Promise(setImmediate);

      expect(callback.callCount).to.equal(4);
      expect(subscription.stats()).to.include({ queued: 0, dropped: 0, delivered: 4, errors: 4 * errors });
      expect(rejected.callCount).to.equal(0);
    });
  }

  it('reports that a throwing function will be called again', () => {
    const warn = sinon.spy();
    listenToWarnings(warn);
    const error = new Error('why');
    const subscription = new CallbackSubscription(sinon.fake.throws(error), OPTIONS, () => {});

    subscription.deliverSpans([]);

    expect(warn.args).to.deep.equal([['otel-span-cache', 'a subscriber failed; it still gets the next batch', error]]);
  });
});
