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

  it('drops a span that throws when it is read, alone, counted and reported', () => {
    const warn = sinon.spy();
    listenToWarnings(warn);
    const store = new SpanStoreSubscription(
      OPTIONS,
      () => {},
      () => {},
    );
    const [first, last] = ['first', 'last'].map((name) => ({ name }) as DeliveredSpan);

    store.deliverSpans([first!, unreadable('revision'), unreadable('spanContext'), last!]);

    expect(names(store.getFinishedSpans())).to.deep.equal(['first', 'last']);
    expect(store.stats()).to.include({ delivered: 4, dropped: 2, droppedByBytes: 0, errors: 2 });
    expect(warn.args.map(([, message]) => message as string)).to.deep.equal(['a span could not be stored']);
  });

  it('reports unreadable spans again only after a delivery without one', () => {
    const warn = sinon.spy();
    listenToWarnings(warn);
    const store = new SpanStoreSubscription(
      OPTIONS,
      () => {},
      () => {},
    );
    const reported = (...spans: DeliveredSpan[]) => {
      store.deliverSpans(spans);
      return warn.callCount;
    };
    const readable = { name: 'readable' } as DeliveredSpan;

    const counts = [[unreadable('revision')], [unreadable('revision')], [readable], [unreadable('revision')]];

    expect(counts.map((spans) => reported(...spans))).to.deep.equal([1, 1, 1, 2]);
  });

  it('is closed and removed only once', () => {
    const leave = sinon.spy();
    const store = new SpanStoreSubscription(OPTIONS, () => {}, leave);
    expect(store.closed).to.equal(false);

    store.close();
    store.close();

    expect(store.closed).to.equal(true);
    expect(leave.args).to.deep.equal([[store]]);
  });
});
