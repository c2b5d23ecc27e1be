import type { SpanContext } from '@opentelemetry/api';
import { expect } from 'chai';
import fc from 'fast-check';
import type { LogEvent } from '../../../src/model/log-event.js';
import { EventBucketPool, type EventBucket } from '../../../src/cache/reconcile/event-bucket.js';
import { WaitingBuckets } from '../../../src/cache/reconcile/waiting-buckets.js';

function spanContext(id: number): SpanContext {
  const spanId = id.toString(16).padStart(16, '0');
  return { traceId: spanId.repeat(2), spanId, traceFlags: 1 };
}

function event(name: string): LogEvent {
  return { name } as LogEvent;
}

function namesIn(bucket: EventBucket | undefined): string[] {
  return bucket?.events().map(({ name }) => name) ?? [];
}

/** A bucket with one event, added to where it waits. */
function park(waiting: WaitingBuckets, pool: EventBucketPool, id: number, name: string, bytes = 1): EventBucket {
  const bucket = pool.acquire(spanContext(id), spanContext(id), 0);
  waiting.add(bucket);
  waiting.addEvent(bucket, event(name), bytes);
  return bucket;
}

describe('WaitingBuckets', () => {
  const pool = new EventBucketPool();

  it('finds a bucket by its span until it is taken out', () => {
    const waiting = new WaitingBuckets(10, 10);
    const bucket = park(waiting, pool, 1, 'a');

    expect(waiting.get(spanContext(1))).to.equal(bucket);
    waiting.take(bucket);
    expect(waiting.get(spanContext(1))).to.equal(undefined);
  });

  it('returns the span that has waited longest after any removals', () => {
    const waiting = new WaitingBuckets(10, 10);
    const [first, , third] = [1, 2, 3, 4].map((id) => park(waiting, pool, id, String(id)));

    waiting.take(first!);
    waiting.take(third!);

    expect(namesIn(waiting.takeOldest())).to.deep.equal(['2']);
    expect(namesIn(waiting.takeOldest())).to.deep.equal(['4']);
    expect(waiting.takeOldest()).to.equal(undefined);
  });

  it('evicts the oldest for a new one at maxSpans', () => {
    const waiting = new WaitingBuckets(2, 10);
    const [first, another] = [park(waiting, pool, 1, 'a'), pool.acquire(spanContext(3), undefined, 0)];
    const withRoom = waiting.displacedBy(another);

    park(waiting, pool, 2, 'b');

    expect([withRoom, waiting.displacedBy(another)]).to.deep.equal([undefined, first]);
  });

  describe('that end with the cycle', () => {
    const endingWithCycle = (waiting: WaitingBuckets, id: number) => {
      const bucket = pool.acquire(spanContext(id), spanContext(id), 0, true);
      waiting.add(bucket);
      return bucket;
    };

    it('evict each other, not the buckets that wait longer', () => {
      const waiting = new WaitingBuckets(1, 10);
      const waitsLonger = park(waiting, pool, 1, 'a');
      const first = endingWithCycle(waiting, 2);

      expect(waiting.displacedBy(pool.acquire(spanContext(3), undefined, 0, true))).to.equal(first);
      expect(waiting.displacedBy(pool.acquire(spanContext(3), undefined, 0))).to.equal(waitsLonger);
    });

    it('can be found, but are not counted as spans, until they are removed', () => {
      const waiting = new WaitingBuckets(10, 10);
      const bucket = endingWithCycle(waiting, 1);

      expect([waiting.spans, waiting.isEmpty, waiting.oldestEndingWithCycle]).to.deep.equal([0, false, bucket]);
      expect([...waiting]).to.deep.equal([]);
      expect(waiting.get(spanContext(1))).to.equal(bucket);
      expect(waiting.takeOldest()).to.equal(bucket);
      expect([waiting.isEmpty, waiting.oldestEndingWithCycle]).to.deep.equal([true, undefined]);
    });
  });

  it('can be emptied while it is iterated, oldest first', () => {
    const waiting = new WaitingBuckets(10, 10);
    for (const id of [1, 2, 3]) park(waiting, pool, id, String(id));
    const seen: string[] = [];

    for (const bucket of waiting) {
      seen.push(...namesIn(bucket));
      waiting.take(bucket);
    }

    expect(seen).to.deep.equal(['1', '2', '3']);
    expect(waiting.spans).to.equal(0);
  });

  it('counts its spans, events and bytes correctly after any sequence of changes', () => {
    const step = fc.tuple(
      fc.constantFrom('event', 'event', 'event', 'take', 'evict'),
      fc.nat({ max: 5 }),
      fc.integer({ min: 1, max: 1_000 }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const waiting = new WaitingBuckets(6, 3);
        const model = new Map<number, number[]>();
        for (const [action, id, bytes] of steps) {
          const bucket = waiting.get(spanContext(id));
          if (action === 'event' && bucket === undefined) {
            park(waiting, pool, id, 'x', bytes);
            model.set(id, [bytes]);
          } else if (action === 'event') {
            waiting.addEvent(bucket!, event('x'), bytes);
            model.set(id, [...model.get(id)!, bytes].slice(-3));
          } else {
            const [oldest] = model.keys();
            const taken = action === 'take' ? bucket : waiting.takeOldest();
            const expected = action === 'take' ? id : oldest;
            expect(taken?.count).to.equal(expected === undefined ? undefined : model.get(expected)?.length);
            if (expected !== undefined) model.delete(expected);
            if (action === 'take' && taken !== undefined) waiting.take(taken);
            if (taken !== undefined) pool.release(taken);
          }
          expect(waiting.spans).to.equal(model.size);
          const kept = [...model.values()].flat();
          expect(waiting.events).to.equal(kept.length);
          expect(waiting.bytes).to.equal(kept.reduce((sum, each) => sum + each, 0));
        }
      }),
    );
  });
});

describe('EventBucket', () => {
  it('keeps its newest maxEvents events, in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 40 }), (limit, count) => {
        const bucket = new EventBucketPool().acquire(spanContext(1), undefined, 0);
        for (let i = 0; i < count; i++) bucket.add(event(String(i)), i, limit);

        const expected = Array.from({ length: count }, (_, i) => String(i)).slice(-limit);
        expect(namesIn(bucket)).to.deep.equal(expected);
        expect(bucket.overflowed).to.equal(count - expected.length);
      }),
    );
  });

  it('is empty when it is reused', () => {
    const pool = new EventBucketPool();
    const bucket = pool.acquire(spanContext(1), spanContext(1), 0);
    for (const name of ['a', 'b', 'c']) bucket.add(event(name), 1, 2);
    pool.release(bucket);
    expect(bucket).to.include({ traceId: '', spanId: '', spanContext: undefined, span: undefined, count: 0, bytes: 0 });

    const again = pool.acquire(spanContext(2), spanContext(2), 0);
    again.add(event('d'), 1, 2);

    expect(again).to.equal(bucket);
    expect(namesIn(again)).to.deep.equal(['d']);
    expect(again.overflowed).to.equal(0);
    expect(again.spanId).to.equal(spanContext(2).spanId);
  });
});
