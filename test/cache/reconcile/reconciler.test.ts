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

function setUp(options: Partial<ReconcilerOptions> = {}) {
  const spanCounters = new SpanCounters();
  const eventCounters = new EventCounters();
  const reconciler = new Reconciler({ ...RULES, ...options }, spanCounters, eventCounters, undefined);
  return {
    reconciler,
    spanCounters,
    eventCounters,
    log: (span: Span, body?: string, now = 0) => reconciler.reconcileEvents(batch(emitted(span, body)), true, now).orphans,
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

  describe('orphanAllParked()', () => {
    it('gives up as many events as it may, those of the oldest first', () => {
      const { reconciler, log } = setUp();
      for (const body of ['a', 'b', 'c']) log(newSpan(), body);

      const parts = [1, 2].map(() => reconciler.orphanAllParked(2, true).orphans);

      expect(parts.map((part) => part.map(({ name }) => name))).to.deep.equal([['a', 'b'], ['c']]);
    });
  });

  describe('settle()', () => {
    it('delivers as many held spans as it may', () => {
      const { reconciler, end } = setUp({ lateEvents: { holdMillis: 100 } });
      for (const name of ['a', 'b', 'c']) end(newSpan(name));

      const parts = [1, 2, 3].map(() => reconciler.settle(100, 2, true).spans);

      expect(parts.map(names)).to.deep.equal([['a', 'b'], ['c'], []]);
    });

    it('delivers as many amended spans as it may', () => {
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
    it('lets go of all that waits, and counts it as no_subscriber', () => {
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

    it('lets go of spans that were to be amended, and of those that could be', () => {
      const { reconciler, eventCounters, end, logLate, endCycle } = setUp({ lateEvents: 'amend' });
      const span = newSpan();
      end(span);
      logLate(span);

      reconciler.dropEverything();
      logLate(span);

      expect(eventCounters.dropped.no_subscriber).to.equal(1);
      expect(endCycle()).to.deep.equal(['line late']);
    });

    it('remembers which spans were delivered, once ids alone have come', () => {
      const { reconciler, end, logLate } = setUp();
      logLate(newSpan(), 'unknown');
      const span = newSpan();
      end(span);

      reconciler.dropEverything();

      expect(logLate(span, 'unknown').map(({ reason }) => reason)).to.deep.equal(['late']);
    });

    it('remembers which spans were delivered, if they may come again', () => {
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

    it('keeps no span to be amended', () => {
      const { reconciler, end } = setUp({ lateEvents: 'amend' });
      end(newSpan());

      reconciler.clearDelivered();

      expect(reconciler.kept.size).to.equal(0);
    });
  });

  describe('an event of a span that had ended', () => {
    it('is on its span if that comes in the same cycle', () => {
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

    it('joins the events that wait for the span, and goes on waiting with them', () => {
      const { reconciler, log, logLate, endCycle } = setUp();
      const span = newSpan();
      log(span);

      logLate(span);

      expect(endCycle()).to.deep.equal([]);
      expect([reconciler.parkedEvents, reconciler.parkedSpans]).to.deep.equal([2, 1]);
    });

    it('makes events that come by the ids alone late with it', () => {
      const { logLate, endCycle } = setUp();
      const span = newSpan();

      for (const state of ['ended', 'unknown'] as const) logLate(span, state);

      expect(endCycle()).to.deep.equal(['line late', 'line late']);
    });

    it('pushes out no event that waits for an open span, but another of its kind', () => {
      const { reconciler, log, logLate, endCycle } = setUp({ maxParkedSpans: 1 });
      log(newSpan());

      const orphans = [logLate(newSpan()), logLate(newSpan())].flat();

      expect(orphans.map(({ reason }) => reason)).to.deep.equal(['evicted']);
      expect(endCycle()).to.deep.equal(['line late']);
      expect(reconciler.parkedSpans).to.equal(1);
    });

    it('may wait longer where spans come later than they end', () => {
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

    it('is settled as many at a time as may be', () => {
      const { reconciler, logLate } = setUp();
      for (let i = 0; i < 3; i++) logLate(newSpan());

      const parts = [1, 2].map(() => reconciler.settle(0, 2, true).orphans.length);

      expect(parts).to.deep.equal([2, 1]);
    });
  });

  describe('an event that brings only the ids of its span', () => {
    it('waits if it is the first: its span may have been delivered, or not', () => {
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

    it('has no span remembered if it is not sampled: its span never comes', () => {
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
    it('is not read while no event waits, once one of its class was read', () => {
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

    it('without ids, though of a class that has some, is invalid where ids are remembered, and the others of its batch are not', () => {
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

    it('of a known class is read once, where ids are remembered', () => {
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

    it('that may come twice is a duplicate', () => {
      const { reconciler, spanCounters, end } = setUp();
      reconciler.deduplicate();
      const spans = [newSpan(), newSpan()];

      for (const span of [...spans, ...spans]) end(span);

      expect(spanCounters.delivered).to.equal(2);
      expect(spanCounters.dropped.duplicate).to.equal(2);
    });

    it('that may come twice is a duplicate while it is held', () => {
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
