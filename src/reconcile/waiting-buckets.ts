import type { LogEvent } from '../model/log-event.js';
import { SpanMap, type SpanIdentity } from '../model/span-map.js';
import { AgedList } from './aged-list.js';
import type { EventBucket } from './event-bucket.js';

/**
 * Buckets found by their span, and in the order in which they began to wait.
 *
 * ```
 *   SpanMap ──▶ bucket ⇄ bucket ⇄ bucket ⇄ bucket
 *               oldest                     newest
 * ```
 *
 * Holds at most `maxSpans` buckets: when `full`, the owner takes out the oldest before it adds another. A
 * further event of a span that already waits makes nobody leave. Everything is constant-time however long
 * the buckets churn (the first key of a long-lived `Map` is not).
 */
export class WaitingBuckets {
  readonly #maxSpans: number;
  readonly #maxEventsPerSpan: number;
  readonly #bySpan = new SpanMap<EventBucket>();
  readonly #byAge = new AgedList<EventBucket>();
  #events = 0;

  constructor(maxSpans: number, maxEventsPerSpan: number) {
    this.#maxSpans = maxSpans;
    this.#maxEventsPerSpan = maxEventsPerSpan;
  }

  /** Events waiting, of all spans. */
  get events(): number {
    return this.#events;
  }

  get spans(): number {
    return this.#bySpan.size;
  }

  get full(): boolean {
    return this.spans >= this.#maxSpans;
  }

  get oldest(): EventBucket | undefined {
    return this.#byAge.oldest;
  }

  get(span: SpanIdentity): EventBucket | undefined {
    return this.#bySpan.get(span);
  }

  /** Adds a bucket as the newest. */
  add(bucket: EventBucket): void {
    this.#bySpan.set(bucket);
    this.#byAge.add(bucket);
    this.#events += bucket.count;
  }

  /** Adds an event to a bucket that waits here; returns whether an older event gave way. */
  addEvent(bucket: EventBucket, event: LogEvent): boolean {
    const replaced = bucket.add(event, this.#maxEventsPerSpan);
    if (!replaced) this.#events++;
    return replaced;
  }

  /** Takes a bucket out. */
  take(bucket: EventBucket): EventBucket {
    this.#bySpan.delete(bucket);
    this.#byAge.remove(bucket);
    this.#events -= bucket.count;
    return bucket;
  }

  /** Takes the oldest bucket out. */
  takeOldest(): EventBucket | undefined {
    const { oldest } = this.#byAge;
    return oldest && this.take(oldest);
  }

  /** The buckets, oldest first. The one at hand may be taken out. */
  [Symbol.iterator](): Iterator<EventBucket> {
    return this.#byAge[Symbol.iterator]();
  }
}
