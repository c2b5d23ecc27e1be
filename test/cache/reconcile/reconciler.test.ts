import { ROOT_CONTEXT, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { EventCounters, SpanCounters } from '../../../src/cache/counters.js';
import type { ReadableLogRecord, ReadableSpan } from '../../../src/model/otel.js';
import type { Batch } from '../../../src/cache/queue/bounded-queue.js';
import type { EmittedRecord, SpanState } from '../../../src/cache/reconcile/emitted-record.js';
import { Reconciler, type ReconcilerOptions } from '../../../src/cache/reconcile/reconciler.js';
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

/** The intake's record of a log record emitted in a span. */
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

function setUp(options: Partial<ReconcilerOptions> = {}) {
  const spanCounters = new SpanCounters();
  const eventCounters = new EventCounters();
  const reconciler = new Reconciler({ ...RULES, ...options }, spanCounters, eventCounters, undefined);
  return {
    reconciler,
    spanCounters,
    eventCounters,
    log: (span: Span, body?: string, now = 0) =>
      reconciler.reconcileEvents(batch(emitted(span, body)), true, now).orphans,
    /** By default in a span that had ended. */
    logLate: (span: Span, spanState: SpanState = 'ended') =>
      reconciler.reconcileEvents(batch({ ...emitted(span), spanState }), true, 0).orphans,
    /** The end of a cycle: the reasons of the events that are late. */
    endCycle: () => reconciler.settle(0, 100, true).orphans.map(({ name, reason }) => `${name} ${reason}`),
    end(span: Span, now = 0) {
      span.end();
      return reconciler.reconcileSpans(batch(span as unknown as ReadableSpan), now);
    },
  };
}

describe('Reconciler', () => {
  describe('sweepMillis', () => {
    it('is undefined while nothing waits', () => {
      expect(setUp().reconciler.sweepMillis).to.equal(undefined);
      expect(setUp({ lateEvents: { holdMillis: 100 } }).reconciler.sweepMillis).to.equal(undefined);
    });

    it('is a quarter of the time that events may wait', () => {
      const { reconciler, log } = setUp();
      log(newSpan());

      expect(reconciler.sweepMillis).to.equal(250);
    });

    it('is no less than 50 for parked events', () => {
      const { reconciler, log } = setUp({ maxParkedMillis: 100 });
      log(newSpan());

      expect(reconciler.sweepMillis).to.equal(50);
    });

    it('is a quarter of the hold, if that is less', () => {
      const { reconciler, log, end } = setUp({ lateEvents: { holdMillis: 100 } });
      end(newSpan());
      log(newSpan());

      expect(reconciler.sweepMillis).to.equal(25);
    });
  });

  describe('expire()', () => {
    it('expires events that have waited for maxParkedMillis, and no younger ones', () => {
      const { reconciler, log } = setUp();
      log(newSpan(), 'old', 5);
      log(newSpan(), 'young', 6);

      const { orphans, more } = reconciler.expire(1_005, 100, true);

      expect(orphans.map(({ name, reason }) => [name, reason])).to.deep.equal([['old', 'expired']]);
      expect(more).to.equal(false);
    });

    it('stops at the given number of events, and reports that', () => {
      const { reconciler, log } = setUp();
      for (let i = 0; i < 3; i++) log(newSpan());

      const first = reconciler.expire(2_000, 2, true);
      const second = reconciler.expire(2_000, 2, true);

      expect([first.orphans.length, first.more]).to.deep.equal([2, true]);
      expect([second.orphans.length, second.more]).to.deep.equal([1, false]);
    });

    it('counts orphans without building them if nobody is subscribed to orphans', () => {
      const { reconciler, eventCounters, log } = setUp();
      log(newSpan());

      const { orphans } = reconciler.expire(2_000, 100, false);

      expect(orphans).to.deep.equal([]);
      expect(eventCounters.orphaned.expired).to.equal(1);
    });
  });

  describe('orphanAllParked()', () => {
    it('turns at most the given number of events into orphans, the oldest first', () => {
      const { reconciler, log } = setUp();
      for (const body of ['a', 'b', 'c']) log(newSpan(), body);

      const parts = [1, 2].map(() => reconciler.orphanAllParked(2, true).orphans);

      expect(parts.map((part) => part.map(({ name }) => name))).to.deep.equal([['a', 'b'], ['c']]);
    });
  });

  describe('settle()', () => {
    it('delivers at most the given number of held spans', () => {
      const { reconciler, end } = setUp({ lateEvents: { holdMillis: 100 } });
      for (const name of ['a', 'b', 'c']) end(newSpan(name));

      const parts = [1, 2, 3].map(() => reconciler.settle(100, 2, true).spans);

      expect(parts.map(names)).to.deep.equal([['a', 'b'], ['c'], []]);
    });

    it('delivers at most the given number of amended spans', () => {
      const { reconciler, end, logLate } = setUp({ lateEvents: 'amend' });
      const spans = ['a', 'b', 'c'].map((name) => newSpan(name));
      for (const span of spans) end(span);
      for (const span of spans) logLate(span);
      const waiting = reconciler.heldEvents;

      const parts = [1, 2, 3].map(() => reconciler.settle(0, 2, true).spans);

      expect(waiting).to.equal(3);
      expect(parts.map(names)).to.deep.equal([['a', 'b'], ['c'], []]);
      expect(parts.flat().map(eventNames)).to.deep.equal([['line'], ['line'], ['line']]);
    });
  });

  describe('dropEverything()', () => {
    it('releases all waiting items, and counts them as no_subscriber', () => {
      const { reconciler, spanCounters, eventCounters, log, end } = setUp({ lateEvents: { holdMillis: 100 } });
      const held = newSpan();
      log(held);
      end(held);
      log(newSpan());

      reconciler.dropEverything();

      expect([reconciler.parkedEvents, reconciler.heldEvents, reconciler.heldSpans]).to.deep.equal([0, 0, 0]);
      expect(spanCounters.dropped.no_subscriber).to.equal(1);
      expect(eventCounters.dropped.no_subscriber).to.equal(2);
    });

    it('releases spans with a pending amendment, and amendable spans', () => {
      const { reconciler, eventCounters, end, logLate, endCycle } = setUp({ lateEvents: 'amend' });
      const span = newSpan();
      end(span);
      logLate(span);

      reconciler.dropEverything();
      logLate(span);

      expect(eventCounters.dropped.no_subscriber).to.equal(1);
      expect(endCycle()).to.deep.equal(['line late']);
    });

    it('still remembers delivered spans after an event with ids alone', () => {
      const { reconciler, end, logLate } = setUp();
      logLate(newSpan(), 'unknown');
      const span = newSpan();
      end(span);

      reconciler.dropEverything();

      expect(logLate(span, 'unknown').map(({ reason }) => reason)).to.deep.equal(['late']);
    });

    it('still remembers delivered spans if spans may arrive twice', () => {
      const { reconciler, spanCounters, end } = setUp();
      reconciler.deduplicate();
      const span = newSpan();
      end(span);

      reconciler.dropEverything();
      end(span);

      expect(spanCounters.delivered).to.equal(1);
      expect(spanCounters.dropped.duplicate).to.equal(1);
    });
  });

  describe('clearDelivered()', () => {
    it('forgets which spans were delivered', () => {
      const { reconciler, spanCounters, end } = setUp();
      reconciler.deduplicate();
      const span = newSpan();
      end(span);

      reconciler.clearDelivered();
      end(span);

      expect(spanCounters.delivered).to.equal(2);
    });

    it('forgets amendable spans', () => {
      const { reconciler, end } = setUp({ lateEvents: 'amend' });
      end(newSpan());

      reconciler.clearDelivered();

      expect(reconciler.kept.size).to.equal(0);
    });
  });

  describe('an event of a span that had ended', () => {
    it('is on its span if the span arrives in the same cycle', () => {
      const { reconciler, logLate, end, endCycle } = setUp();
      const span = newSpan();

      const orphans = logLate(span);
      const waiting = [reconciler.heldEvents, reconciler.parkedEvents, reconciler.parkedSpans];
      const delivered = end(span);

      expect(waiting).to.deep.equal([1, 0, 0]);
      expect(delivered.map(eventNames)).to.deep.equal([['line']]);
      expect([...orphans, ...endCycle()]).to.deep.equal([]);
    });

    it('is late at the end of the cycle otherwise', () => {
      const { reconciler, logLate, end, endCycle } = setUp();
      const span = newSpan();
      end(span);

      logLate(span);
      const { unsettled } = reconciler;

      expect(unsettled).to.equal(true);
      expect(endCycle()).to.deep.equal(['line late']);
      expect([reconciler.heldEvents, reconciler.kept.size, reconciler.unsettled]).to.deep.equal([0, 0, false]);
    });

    it('joins the events that wait for the span, and keeps waiting with them', () => {
      const { reconciler, log, logLate, endCycle } = setUp();
      const span = newSpan();
      log(span);

      logLate(span);

      expect(endCycle()).to.deep.equal([]);
      expect([reconciler.parkedEvents, reconciler.parkedSpans]).to.deep.equal([2, 1]);
    });

    it('makes events with ids alone late, too', () => {
      const { logLate, endCycle } = setUp();
      const span = newSpan();

      for (const state of ['ended', 'unknown'] as const) logLate(span, state);

      expect(endCycle()).to.deep.equal(['line late', 'line late']);
    });

    it('evicts another event of its kind, never one that waits for an open span', () => {
      const { reconciler, log, logLate, endCycle } = setUp({ maxParkedSpans: 1 });
      log(newSpan());

      const orphans = [logLate(newSpan()), logLate(newSpan())].flat();

      expect(orphans.map(({ reason }) => reason)).to.deep.equal(['evicted']);
      expect(endCycle()).to.deep.equal(['line late']);
      expect(reconciler.parkedSpans).to.equal(1);
    });

    it('may wait longer if spans arrive later than they end', () => {
      const { reconciler, logLate, end, endCycle } = setUp();
      reconciler.deduplicate();
      const span = newSpan();

      logLate(span);

      expect(endCycle()).to.deep.equal([]);
      expect(end(span).map(eventNames)).to.deep.equal([['line']]);
      expect(logLate(span).map(({ reason }) => reason)).to.deep.equal(['late']);
    });

    it('is dropped with the late policy drop', () => {
      const { eventCounters, logLate, endCycle } = setUp({ lateEvents: 'drop' });

      logLate(newSpan());

      expect(endCycle()).to.deep.equal([]);
      expect(eventCounters.dropped.late).to.equal(1);
    });

    it('is settled in groups of the given number', () => {
      const { reconciler, logLate } = setUp();
      for (let i = 0; i < 3; i++) logLate(newSpan());

      const parts = [1, 2].map(() => reconciler.settle(0, 2, true).orphans.length);

      expect(parts).to.deep.equal([2, 1]);
    });
  });

  describe('an event that brings only the ids of its span', () => {
    it('waits if it is the first, because its span may still arrive', () => {
      const { reconciler, end, logLate, endCycle } = setUp();
      const span = newSpan();
      end(span);

      logLate(span, 'unknown');

      expect(endCycle()).to.deep.equal([]);
      expect(reconciler.parkedEvents).to.equal(1);
    });

    it('is late if its span was delivered after the first one came', () => {
      const { end, logLate } = setUp();
      const span = newSpan();
      logLate(newSpan(), 'unknown');
      end(span);

      expect(logLate(span, 'unknown').map(({ reason }) => reason)).to.deep.equal(['late']);
    });

    it('does not start the memory of delivered spans if it is not sampled', () => {
      const { end, logLate } = setUp();
      const span = newSpan();
      const unsampled = newSpan();
      unsampled.spanContext = () => ({ ...span.spanContext(), traceFlags: 0 });
      const before = logLate(unsampled, 'unknown');
      end(span);

      const after = logLate(unsampled, 'unknown');

      expect([...before, ...after].map(({ reason }) => reason)).to.deep.equal(['unsampled', 'unsampled']);
    });
  });

  describe('a span', () => {
    it('is not read while no event waits, after one span of its class was read', () => {
      const spans = [newSpan(), newSpan()] as unknown as ReadableSpan[];
      const { reconciler } = setUp();
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

    it('without ids, although its class has ids, is invalid alone in its batch if ids are remembered', () => {
      const { reconciler, spanCounters, end, logLate } = setUp();
      const logged = newSpan();
      logLate(logged, 'unknown');
      end(logged);
      const [first, second] = [newSpan('first'), newSpan('second')] as unknown as ReadableSpan[];
      const broken = Object.create(Object.getPrototypeOf(first)) as ReadableSpan;

      const delivered = reconciler.reconcileSpans(batch(first!, broken, second!), 0);

      expect(names(delivered)).to.deep.equal(['first', 'second']);
      expect(spanCounters.delivered).to.equal(3);
      expect(spanCounters.dropped.invalid).to.equal(1);
    });

    it('of a learned class is read once if ids are remembered', () => {
      const { reconciler, end, logLate } = setUp();
      const logged = newSpan();
      logLate(logged, 'unknown');
      end(logged);
      const spans = [newSpan(), newSpan()];
      const read = sinon.spy(Object.getPrototypeOf(spans[0]) as ReadableSpan, 'spanContext');
      try {
        reconciler.reconcileSpans(batch(...(spans as unknown as ReadableSpan[])), 0);

        expect(read.callCount).to.equal(2);
      } finally {
        read.restore();
      }
      const reasons = spans.flatMap((span) => logLate(span, 'unknown')).map(({ reason }) => reason);
      expect(reasons).to.deep.equal(['late', 'late']);
    });

    it('without events is not held', () => {
      const { reconciler, spanCounters } = setUp({ lateEvents: { holdMillis: 100 } });
      const span = Object.defineProperty(newSpan(), 'events', { value: undefined });

      reconciler.reconcileSpans(batch(span as unknown as ReadableSpan), 0);

      expect(reconciler.heldSpans).to.equal(0);
      expect(spanCounters.dropped.invalid).to.equal(1);
    });

    it('that arrives twice is a duplicate', () => {
      const { reconciler, spanCounters, end } = setUp();
      reconciler.deduplicate();
      const spans = [newSpan(), newSpan()];

      for (const span of [...spans, ...spans]) end(span);

      expect(spanCounters.delivered).to.equal(2);
      expect(spanCounters.dropped.duplicate).to.equal(2);
    });

    it('that arrives twice is a duplicate while it is held', () => {
      const { reconciler, spanCounters, end } = setUp({ lateEvents: { holdMillis: 100 } });
      reconciler.deduplicate();
      const span = newSpan();

      end(span);
      end(span);

      expect(reconciler.heldSpans).to.equal(1);
      expect(spanCounters.dropped.duplicate).to.equal(1);
    });
  });
});
