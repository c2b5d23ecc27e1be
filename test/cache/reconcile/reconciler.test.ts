import { ROOT_CONTEXT, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { EventCounters, SpanCounters } from '../../../src/cache/counters.js';
import type { ReadableLogRecord, ReadableSpan } from '../../../src/model/otel.js';
import type { Batch } from '../../../src/cache/queue/bounded-queue.js';
import { Reconciler, type EmittedRecord, type ReconcilerOptions } from '../../../src/cache/reconcile/reconciler.js';
import { startSdk } from '../../sdk.js';
import { eventNames, names } from '../../scenarios/service.js';

const records: ReadableLogRecord[] = [];
const { tracer, logger } = startSdk({
  spanProcessors: [],
  logRecordProcessors: [
    {
      onEmit: (record) => void records.push(record),
      forceFlush: async () => {},
      shutdown: async () => {},
    },
  ],
});

function newSpan(name = 'job'): Span {
  return tracer.startSpan(name, {}, ROOT_CONTEXT);
}

function batch<T>(...items: T[]): Batch<T> {
  return { items, length: items.length };
}

/** What the intake makes of a log record that is emitted in a span. */
function emitted(span: Span, body = 'line'): EmittedRecord {
  logger.emit({ body });
  return { record: records.pop()!, spanContext: span.spanContext(), spanState: 'recording' };
}

const RULES: ReconcilerOptions = {
  maxParkedSpans: 10,
  maxParkedMillis: 1_000,
  maxParkedBytes: 2 ** 20,
  maxEventsPerSpan: 10,
  lateEvents: 'orphan',
  unsampledSpans: true,
};

/** One that expects events, as most do. */
function setUp(options: Partial<ReconcilerOptions> = {}) {
  const spanCounters = new SpanCounters();
  const eventCounters = new EventCounters();
  const reconciler = new Reconciler({ ...RULES, ...options }, spanCounters, eventCounters, undefined);
  reconciler.expectEvents();
  return {
    reconciler,
    spanCounters,
    eventCounters,
    log: (span: Span, body?: string, now = 0) => reconciler.reconcileEvents(batch(emitted(span, body)), true, now),
    logLate: (span: Span) => reconciler.reconcileEvents(batch({ ...emitted(span), spanState: 'ended' }), true, 0),
    end(span: Span, now = 0) {
      span.end();
      return reconciler.reconcileSpans(batch(span as unknown as ReadableSpan), now);
    },
  };
}

/** One that expects no events, but spans that come by two ways. */
function setUpForRepeatedSpans() {
  const spanCounters = new SpanCounters();
  const reconciler = new Reconciler(RULES, spanCounters, new EventCounters(), undefined);
  reconciler.expectRepeatedSpans();
  reconciler.spansMayRepeat = true;
  return {
    reconciler,
    spanCounters,
    deliver: (span: Span) => reconciler.reconcileSpans(batch(span as unknown as ReadableSpan), 0),
  };
}

describe('Reconciler', () => {
  describe('sweepMillis', () => {
    it('is Infinity while nothing waits', () => {
      expect(setUp().reconciler.sweepMillis).to.equal(Infinity);
      expect(setUp({ lateEvents: { holdMillis: 100 } }).reconciler.sweepMillis).to.equal(Infinity);
    });

    it('is a quarter of what events may wait', () => {
      const { reconciler, log } = setUp();
      log(newSpan());

      expect(reconciler.sweepMillis).to.equal(250);
    });

    it('is no less than 50 for parked events', () => {
      const { reconciler, log } = setUp({ maxParkedMillis: 100 });
      log(newSpan());

      expect(reconciler.sweepMillis).to.equal(50);
    });

    it('is a quarter of what held spans wait, if that is less', () => {
      const { reconciler, log, end } = setUp({ lateEvents: { holdMillis: 100 } });
      end(newSpan());
      log(newSpan());

      expect(reconciler.sweepMillis).to.equal(25);
    });
  });

  describe('expire()', () => {
    it('gives up what has waited for maxParkedMillis, and nothing younger', () => {
      const { reconciler, log } = setUp();
      log(newSpan(), 'old', 5);
      log(newSpan(), 'young', 6);

      const { orphans, more } = reconciler.expire(1_005, 100, true);

      expect(orphans.map(({ name, reason }) => [name, reason])).to.deep.equal([['old', 'expired']]);
      expect(more).to.equal(false);
    });

    it('stops when it has given up as many events as it may, and says so', () => {
      const { reconciler, log } = setUp();
      for (let i = 0; i < 3; i++) log(newSpan());

      const first = reconciler.expire(2_000, 2, true);
      const second = reconciler.expire(2_000, 2, true);

      expect([first.orphans.length, first.more]).to.deep.equal([2, true]);
      expect([second.orphans.length, second.more]).to.deep.equal([1, false]);
    });

    it('makes no orphans that nobody wants, but counts them', () => {
      const { reconciler, eventCounters, log } = setUp();
      log(newSpan());

      const { orphans } = reconciler.expire(2_000, 100, false);

      expect(orphans).to.deep.equal([]);
      expect(eventCounters.orphaned.expired).to.equal(1);
    });
  });

  describe('release()', () => {
    it('gives up as many events as it may, those of the oldest first', () => {
      const { reconciler, log } = setUp();
      for (const body of ['a', 'b', 'c']) log(newSpan(), body);

      const parts = [reconciler.release(2, true), reconciler.release(2, true)];

      expect(parts.map((part) => part.map(({ name }) => name))).to.deep.equal([['a', 'b'], ['c']]);
    });
  });

  describe('settle()', () => {
    it('delivers as many held spans as it may', () => {
      const { reconciler, end } = setUp({ lateEvents: { holdMillis: 100 } });
      for (const name of ['a', 'b', 'c']) end(newSpan(name));

      const parts = [reconciler.settle(100, 2), reconciler.settle(100, 2), reconciler.settle(100, 2)];

      expect(parts.map(names)).to.deep.equal([['a', 'b'], ['c'], []]);
    });

    it('delivers as many amended spans as it may', () => {
      const { reconciler, end, logLate } = setUp({ lateEvents: 'amend' });
      const spans = ['a', 'b', 'c'].map((name) => newSpan(name));
      for (const span of spans) end(span);
      for (const span of spans) logLate(span);
      const waiting = reconciler.heldEvents;

      const parts = [reconciler.settle(0, 2), reconciler.settle(0, 2), reconciler.settle(0, 2)];

      expect(waiting).to.equal(3);
      expect(parts.map(names)).to.deep.equal([['a', 'b'], ['c'], []]);
      expect(parts.flat().map(eventNames)).to.deep.equal([['line'], ['line'], ['line']]);
    });
  });

  describe('discard()', () => {
    it('lets go of all that waits, and counts it as no_subscriber', () => {
      const { reconciler, spanCounters, eventCounters, log, end } = setUp({ lateEvents: { holdMillis: 100 } });
      const held = newSpan();
      log(held);
      end(held);
      log(newSpan());

      reconciler.discard();

      expect([reconciler.parkedEvents, reconciler.heldEvents, reconciler.heldSpans]).to.deep.equal([0, 0, 0]);
      expect(spanCounters.dropped.no_subscriber).to.equal(1);
      expect(eventCounters.dropped.no_subscriber).to.equal(2);
    });

    it('lets go of spans that were to be amended, and of those that could be', () => {
      const { reconciler, eventCounters, end, logLate } = setUp({ lateEvents: 'amend' });
      const span = newSpan();
      end(span);
      logLate(span);

      reconciler.discard();
      logLate(span);

      expect(eventCounters.dropped.no_subscriber).to.equal(1);
      expect(reconciler.heldEvents).to.equal(0);
    });

    it('is fine with no span to be amended, as no events may come', () => {
      const options: ReconcilerOptions = { ...RULES, lateEvents: 'amend' };
      const reconciler = new Reconciler(options, new SpanCounters(), new EventCounters(), undefined);

      expect(() => reconciler.discard()).not.to.throw();
    });

    it('remembers which spans were delivered, if none of them is kept', () => {
      const { reconciler, end, logLate } = setUp();
      const span = newSpan();
      end(span);

      reconciler.discard();

      expect(logLate(span).map(({ reason }) => reason)).to.deep.equal(['late']);
    });

    it('remembers which spans were delivered, if they may come again', () => {
      const { reconciler, spanCounters, end } = setUp();
      reconciler.expectRepeatedSpans();
      reconciler.spansMayRepeat = true;
      const span = newSpan();
      end(span);

      reconciler.discard();
      end(span);

      expect(spanCounters.delivered).to.equal(1);
      expect(spanCounters.dropped.duplicate).to.equal(1);
    });
  });

  describe('forgetDelivered()', () => {
    it('forgets which spans were delivered: their events wait anew', () => {
      const { reconciler, end, logLate } = setUp();
      const span = newSpan();
      end(span);

      reconciler.forgetDelivered();

      expect(logLate(span)).to.deep.equal([]);
      expect(reconciler.parkedEvents).to.equal(1);
    });

    it('forgets which spans may come again, also if no events may come', () => {
      const { reconciler, spanCounters, deliver } = setUpForRepeatedSpans();
      const span = newSpan();
      deliver(span);

      reconciler.forgetDelivered();
      deliver(span);

      expect(spanCounters.delivered).to.equal(2);
    });
  });

  describe('a span', () => {
    it('is not read as long as nobody may ask for it, once one of its class was read', () => {
      const spans = [newSpan(), newSpan()] as unknown as ReadableSpan[];
      const reconciler = new Reconciler(RULES, new SpanCounters(), new EventCounters(), undefined);
      const read = sinon.spy(Object.getPrototypeOf(spans[0]) as ReadableSpan, 'spanContext');
      try {
        for (const span of spans) expect(reconciler.reconcileSpans(batch(span), 0)).to.deep.equal([span]);

        expect(read.callCount).to.equal(1);
      } finally {
        read.restore();
      }
    });

    for (const id of ['traceId', 'spanId']) {
      it(`without a ${id} is invalid`, () => {
        const { reconciler, spanCounters } = setUp();
        const spanContext = { ...newSpan().spanContext(), [id]: undefined };

        reconciler.reconcileSpans(batch({ spanContext: () => spanContext } as unknown as ReadableSpan), 0);

        expect(spanCounters).to.deep.include({ delivered: 0 });
        expect(spanCounters.dropped.invalid).to.equal(1);
      });
    }

    it('without ids, though of a class that has some, is invalid, and the others of its batch are not', () => {
      const { reconciler, spanCounters, end } = setUp();
      const [first, second] = [newSpan('first'), newSpan('second')] as unknown as ReadableSpan[];
      end(newSpan());
      const broken = Object.create(Object.getPrototypeOf(first)) as ReadableSpan;

      const delivered = reconciler.reconcileSpans(batch(first!, broken, second!), 0);

      expect(names(delivered)).to.deep.equal(['first', 'second']);
      expect(spanCounters.delivered).to.equal(3);
      expect(spanCounters.dropped.invalid).to.equal(1);
    });

    it('of a known class is read once, and remembered', () => {
      const { reconciler, end, logLate } = setUp();
      end(newSpan());
      const spans = [newSpan(), newSpan()];
      const read = sinon.spy(Object.getPrototypeOf(spans[0]) as ReadableSpan, 'spanContext');
      try {
        reconciler.reconcileSpans(batch(...(spans as unknown as ReadableSpan[])), 0);

        expect(read.callCount).to.equal(2);
      } finally {
        read.restore();
      }
      const reasons = spans.flatMap((span) => logLate(span)).map(({ reason }) => reason);
      expect(reasons).to.deep.equal(['late', 'late']);
    });

    it('without events is not held', () => {
      const { reconciler, spanCounters } = setUp({ lateEvents: { holdMillis: 100 } });
      const span = Object.defineProperty(newSpan(), 'events', { value: undefined });

      reconciler.reconcileSpans(batch(span as unknown as ReadableSpan), 0);

      expect(reconciler.heldSpans).to.equal(0);
      expect(spanCounters.dropped.invalid).to.equal(1);
    });

    it('that may come twice is a duplicate, also if no events may come', () => {
      const { spanCounters, deliver } = setUpForRepeatedSpans();
      const spans = [newSpan(), newSpan()];

      for (const span of [...spans, ...spans]) deliver(span);

      expect(spanCounters.delivered).to.equal(2);
      expect(spanCounters.dropped.duplicate).to.equal(2);
    });

    it('that may come twice is a duplicate while it is held', () => {
      const { reconciler, spanCounters, end } = setUp({ lateEvents: { holdMillis: 100 } });
      reconciler.expectRepeatedSpans();
      reconciler.spansMayRepeat = true;
      const span = newSpan();

      end(span);
      end(span);

      expect(reconciler.heldSpans).to.equal(1);
      expect(spanCounters.dropped.duplicate).to.equal(1);
    });
  });

  it('does not amend a span that is remembered only because it may come again', () => {
    const { reconciler, end, logLate } = setUp({ lateEvents: 'orphan' });
    reconciler.expectRepeatedSpans();
    const span = newSpan();
    end(span);

    expect(logLate(span).map(({ reason }) => reason)).to.deep.equal(['late']);
    expect(reconciler.heldEvents).to.equal(0);
  });
});
