import { ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import { EventBucketPool, type EventBucket } from '../../../src/cache/reconcile/event-bucket.js';
import { HeldSpans } from '../../../src/cache/reconcile/held-spans.js';
import { OpenSpans, type StartedSpan } from '../../../src/cache/reconcile/open-spans.js';
import { startSdk } from '../../sdk.js';

const HOLD_MILLIS = 1_000;
const { tracer } = startSdk({ spanProcessors: [] });

/** Held spans of a cache that knows which spans are open. */
function setUp() {
  const pool = new EventBucketPool();
  const open = new OpenSpans(100, true);
  const held = new HeldSpans(HOLD_MILLIS, 100, 100, open);
  return {
    held,
    start(parent?: Span): Span {
      const span = tracer.startSpan('job', {}, parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT);
      open.add(span as Span & StartedSpan, 0);
      return span;
    },
    /** Ends a span, which is held from then on. */
    end(span: Span, now = 0): EventBucket {
      open.remove(span.spanContext());
      const bucket = pool.acquire(span.spanContext(), span.spanContext(), now);
      held.add(bucket);
      return bucket;
    },
  };
}

describe('HeldSpans', () => {
  it('lets go of a span as soon as its time is over', () => {
    const { held, start, end } = setUp();
    const root = start();
    const bucket = end(start(root), 5);

    expect(held.takeDue(5 + HOLD_MILLIS - 1)).to.equal(undefined);
    expect(held.takeDue(5 + HOLD_MILLIS)).to.equal(bucket);
  });

  for (const [since, now] of [[NaN, 5], [5, NaN], [NaN, NaN], [Infinity, 5], [5, Infinity], [6, 5]] as const) {
    it(`lets go of a span that waits since ${since} when the clock says ${now}`, () => {
      const { held, start, end } = setUp();
      const root = start();
      const bucket = end(start(root), since);

      expect(held.takeDue(now)).to.equal(bucket);
    });
  }

  describe('of a trace that has ended', () => {
    it('go one cycle later', () => {
      const { held, start, end } = setUp();
      const bucket = end(start());

      expect(held.takeDue(0)).to.equal(undefined);
      held.beginCycle();
      expect(held.takeDue(0)).to.equal(bucket);
    });

    it('stay if it has begun again meanwhile', () => {
      const { held, start, end } = setUp();
      const root = start();
      end(root);
      start(root);

      held.beginCycle();

      expect(held.takeDue(0)).to.equal(undefined);
      expect(held.someEnded).to.equal(false);
    });

    it('are looked for until all of them are gone', () => {
      const { held, start, end } = setUp();
      const root = start();
      const child = end(start(root));
      expect(held.someEnded).to.equal(false);

      const bucket = end(root);
      expect(held.someEnded).to.equal(true);
      held.take(child);
      expect(held.someEnded).to.equal(true);
      held.take(bucket);
      expect(held.someEnded).to.equal(false);
    });
  });
});
