import type { LogEvent } from '../../model/log-event.js';
import type { AmendableSpan } from './amendable-spans.js';
import type { EventBucket, EventBucketPool } from './event-bucket.js';

/** Late events, gathered by span until the batches at hand are through: one amendment for all of them. */
export class Amendments {
  readonly #pool: EventBucketPool;
  readonly #maxEventsPerSpan: number;
  readonly #spans = new Set<AmendableSpan>();
  #events = 0;

  constructor(pool: EventBucketPool, maxEventsPerSpan: number) {
    this.#pool = pool;
    this.#maxEventsPerSpan = maxEventsPerSpan;
  }

  /** Events gathered. */
  get events(): number {
    return this.#events;
  }

  /** A span that has some, the one that got its first event longest ago. */
  get next(): AmendableSpan | undefined {
    const [span] = this.#spans;
    return span;
  }

  /** Gathers an event of about so many bytes; returns whether an older one gave way. */
  add(span: AmendableSpan, event: LogEvent, bytes: number): boolean {
    if (span.late === undefined) {
      span.late = this.#pool.acquire(span, undefined, 0);
      this.#spans.add(span);
    }
    const replaced = span.late.add(event, bytes, this.#maxEventsPerSpan);
    if (!replaced) this.#events++;
    return replaced;
  }

  /** Takes out the events of a span, if it has any. The caller reads and releases the bucket. */
  take(span: AmendableSpan): EventBucket | undefined {
    const { late } = span;
    if (late === undefined) return undefined;
    this.#spans.delete(span);
    span.late = undefined;
    this.#events -= late.count;
    return late;
  }
}
