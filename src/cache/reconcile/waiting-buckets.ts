import type { LogEvent } from '../../model/log-event.js';
import { SpanMap, type SpanIdentity } from '../../model/span-map.js';
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
 * the buckets churn (the first key of a long-lived `Map` is not). The list is what says who is here: going
 * through it ends whatever the map finds.
 */
export class WaitingBuckets {
  readonly #maxSpans: number;
  readonly #maxEventsPerSpan: number;
  readonly #bySpan = new SpanMap<EventBucket>();
  readonly #byAge = new AgedList<EventBucket>();
  #events = 0;
  #bytes = 0;

  constructor(maxSpans: number, maxEventsPerSpan: number) {
    this.#maxSpans = maxSpans;
    this.#maxEventsPerSpan = maxEventsPerSpan;
  }

  /** Events waiting, of all spans. */
  get events(): number {
    return this.#events;
  }

  /** About how much all buckets keep alive. */
  get bytes(): number {
    return this.#bytes;
  }

  get spans(): number {
    return this.#byAge.size;
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

  /** Adds a bucket as the newest. None of its span may be here. */
  add(bucket: EventBucket): void {
    this.#bySpan.set(bucket);
    this.#byAge.add(bucket);
    this.#events += bucket.count;
    this.#bytes += bucket.bytes;
  }

  /** Adds an event to a bucket that waits here; returns whether an older event gave way. */
  addEvent(bucket: EventBucket, event: LogEvent, bytes: number): boolean {
    const before = bucket.bytes;
    const replaced = bucket.add(event, bytes, this.#maxEventsPerSpan);
    if (!replaced) this.#events++;
    this.#bytes += bucket.bytes - before;
    return replaced;
  }

  /** Takes a bucket out. */
  take(bucket: EventBucket): EventBucket {
    this.#bySpan.delete(bucket);
    this.#byAge.remove(bucket);
    this.#events -= bucket.count;
    this.#bytes -= bucket.bytes;
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
