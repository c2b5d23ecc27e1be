import { ROOT_CONTEXT, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import { EventCounters, SpanCounters } from '../../../../src/cache/counters.js';
import { HoldSpans } from '../../../../src/cache/reconcile/late/hold.js';
import { Outcomes } from '../../../../src/cache/reconcile/outcomes.js';
import { readingOf } from '../../../../src/cache/reconcile/span-reading.js';
import { WaitingBuckets } from '../../../../src/cache/reconcile/waiting-buckets.js';
import type { ReadableSpan } from '../../../../src/model/otel.js';
import { startSdk } from '../../../sdk.js';

const HOLD_MILLIS = 1_000;
const LIMITS = { maxParkedSpans: 100, maxEventsPerSpan: 100, maxParkedBytes: 2 ** 20 };
const { tracer } = startSdk({ spanProcessors: [] });

function setUp() {
  const outcomes = new Outcomes(LIMITS, new SpanCounters(), new EventCounters());
  const parked = new WaitingBuckets(100, 100);
  const holding = new HoldSpans(outcomes, parked, HOLD_MILLIS, LIMITS);
  return {
    holding,
    parked,
    outcomes,
    end(span: Span, now: number): void {
      holding.onSpan(span as unknown as ReadableSpan, readingOf(span.spanContext())!, now);
    },
  };
}

const newSpan = () => tracer.startSpan('job', {}, ROOT_CONTEXT);

describe('HoldSpans', () => {
  it('delivers a span as soon as its time is over', () => {
    const { holding, outcomes, end } = setUp();
    const span = newSpan();
    end(span, 5);

    expect(holding.settleNext(5 + HOLD_MILLIS - 1)).to.equal(false);
    expect(holding.settleNext(5 + HOLD_MILLIS)).to.equal(true);
    expect(outcomes.takeFinished()).to.deep.equal([span]);
  });

  for (const [since, now] of [
    [NaN, 5],
    [5, NaN],
    [NaN, NaN],
    [Infinity, 5],
    [5, Infinity],
    [6, 5],
  ] as const) {
    it(`delivers a span that waits since ${since} when the clock says ${now}`, () => {
      const { holding, outcomes, end } = setUp();
      const span = newSpan();
      end(span, since);

      holding.settleNext(now);

      expect(outcomes.takeFinished()).to.deep.equal([span]);
    });
  }

  it('holds a span whose events waited for the end of the cycle as long as any other', () => {
    const { holding, parked, outcomes, end } = setUp();
    const [first, second] = [newSpan(), newSpan()];
    parked.add(outcomes.buckets.acquire(first.spanContext(), first.spanContext(), 0, true));

    end(first, 5);
    end(second, 6);

    expect(holding.heldSpans).to.equal(2);
    expect(holding.oldestSince).to.equal(5);
  });
});
