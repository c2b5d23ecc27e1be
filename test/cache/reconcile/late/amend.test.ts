import { ROOT_CONTEXT, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import { EventCounters, SpanCounters } from '../../../../src/cache/counters.js';
import { AmendSpans } from '../../../../src/cache/reconcile/late/amend.js';
import { Outcomes } from '../../../../src/cache/reconcile/outcomes.js';
import { readingOf } from '../../../../src/cache/reconcile/span-reading.js';
import { WaitingBuckets } from '../../../../src/cache/reconcile/waiting-buckets.js';
import type { ReadableLogRecord, ReadableSpan } from '../../../../src/model/otel.js';
import { eventNames, names } from '../../../scenarios/service.js';
import { startSdk } from '../../../sdk.js';

const { tracer } = startSdk({ spanProcessors: [] });
const newSpan = (name = 'job') => tracer.startSpan(name, {}, ROOT_CONTEXT);

function setUp({ maxEventsPerSpan = 2, maxSpans = 10, maxParkedBytes = 2 ** 20 } = {}) {
  const limits = { maxEventsPerSpan, maxParkedBytes };
  const outcomes = new Outcomes(limits, new SpanCounters(), new EventCounters());
  const amending = new AmendSpans(outcomes, new WaitingBuckets(10, maxEventsPerSpan), limits, maxSpans);
  return {
    amending,
    outcomes,
    end(span: Span): void {
      amending.onSpan(span as unknown as ReadableSpan, readingOf(span.spanContext())!, 0);
      outcomes.takeFinished();
    },
    /** Returns whether the span takes the event. */
    log(span: Span, body = 'line'): boolean {
      const record = { hrTime: [1, 0], body } as unknown as ReadableLogRecord;
      return amending.addEvent(record, readingOf(span.spanContext())!);
    },
  };
}

describe('AmendSpans', () => {
  it('counts the events it has gathered, not the dropped ones', () => {
    const { amending, outcomes, end, log } = setUp();
    const [span, other] = [newSpan(), newSpan()];
    end(span);
    end(other);

    for (const to of [span, span, span, other]) log(to);

    expect(amending.heldEvents).to.equal(3);
    expect(outcomes.events.dropped.event_limit).to.equal(1);
    amending.settleNext();
    expect(amending.heldEvents).to.equal(1);
    expect(amending.hasAmendments).to.equal(true);
  });

  it('keeps the spans delivered last, up to its bound', () => {
    const { end, log } = setUp({ maxSpans: 2 });
    const spans = [newSpan(), newSpan(), newSpan()];

    for (const span of spans) end(span);

    expect(spans.map((span) => log(span))).to.deep.equal([false, true, true]);
  });

  it('amends a span before it forgets the span', () => {
    const { amending, outcomes, end, log } = setUp();
    const span = newSpan();
    end(span);
    log(span);

    amending.evictOldest();

    expect(outcomes.takeFinished().map(eventNames)).to.deep.equal([['line']]);
    expect(outcomes.spans.unamendable).to.equal(1);
    expect([amending.bytes, amending.oldestSince, log(span)]).to.deep.equal([0, undefined, false]);
  });

  it('keeps the last of several spans with the same ids', () => {
    const { amending, outcomes, end, log } = setUp();
    const [first, second] = [newSpan('first'), newSpan('second')];
    const { bytes } = amending;
    end(first);
    second.spanContext = () => first.spanContext();
    end(second);
    log(second);
    amending.settleNext();

    expect(names(outcomes.takeFinished())).to.deep.equal(['second']);
    amending.evictOldest();
    expect([amending.oldestSince, amending.bytes]).to.deep.equal([undefined, bytes]);
  });

  it('keeps nothing without subscribers, and counts the gathered events', () => {
    const { amending, outcomes, end, log } = setUp();
    const span = newSpan();
    end(span);
    log(span);

    amending.dropEverything();

    expect([amending.heldEvents, amending.bytes, amending.hasAmendments]).to.deep.equal([0, 0, false]);
    expect(outcomes.events.dropped.no_subscriber).to.equal(1);
    expect(outcomes.takeFinished()).to.deep.equal([]);
    expect(log(span)).to.equal(false);
  });
});
