import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { SpanStoreSubscription } from '../../../src/cache/store/span-store.js';
import type { DeliveredSpan } from '../../../src/index.js';
import { listenToWarnings, names } from '../../scenarios/service.js';

const OPTIONS = { capacity: 10, maxBytes: 2 ** 20 };

function unreadable(member: string): DeliveredSpan {
  const get = sinon.fake.throws(new Error('unreadable'));
  return Object.defineProperty({ name: 'unreadable', revision: 1 } as unknown as DeliveredSpan, member, { get });
}

describe('SpanStoreSubscription', () => {
  afterEach(() => diag.disable());

  it('loses a span alone that throws when it is looked at, counts and reports it', () => {
    const warn = sinon.spy();
    listenToWarnings(warn);
    const store = new SpanStoreSubscription(OPTIONS, () => {}, () => {});
    const [first, last] = ['first', 'last'].map((name) => ({ name }) as DeliveredSpan);

    store.deliverSpans([first!, unreadable('revision'), unreadable('spanContext'), last!]);

    expect(names(store.getFinishedSpans())).to.deep.equal(['first', 'last']);
    expect(store.stats()).to.include({ delivered: 4, dropped: 2, droppedByBytes: 0, errors: 2 });
    expect(warn.args.map(([, message]) => message as string)).to.deep.equal(['a span could not be stored']);
  });

  it('is closed, and leaves, once', () => {
    const leave = sinon.spy();
    const store = new SpanStoreSubscription(OPTIONS, () => {}, leave);
    expect(store.closed).to.equal(false);

    store.close();
    store.close();

    expect(store.closed).to.equal(true);
    expect(leave.args).to.deep.equal([[store]]);
  });
});
