import type { LogEvent } from '../../model/log-event.js';
import { SpanMap, type SpanIdentity } from '../../model/span-map.js';
import { assertInvariant, CHECKED } from '../../support/invariant.js';
import { AgedList } from './aged-list.js';
import type { EventBucket } from './event-bucket.js';

/**
 * Buckets, indexed by span and ordered by the time at which they began to wait.
 *
 * ```
 *   SpanMap ──▶ bucket ⇄ bucket ⇄ bucket ⇄ bucket
 *               oldest                     newest
 * ```
 *
 * Holds at most `maxSpans` buckets: before adding one, the owner removes the bucket that `displacedBy()` returns. A
 * further event of a waiting span evicts no bucket. Buckets that wait only until the end of the cycle have a separate
 * list and bound, so that a burst of late events cannot evict the events of open spans.
 *
 * All operations take constant time under churn, unlike finding the first key of a long-lived `Map`. The lists, not the
 * map, are the source of truth, so every iteration ends.
 */
export class WaitingBuckets {
  readonly #maxSpans: number;
  readonly #maxEventsPerSpan: number;
  readonly #bySpan = new SpanMap<EventBucket>();
  readonly #byAge = new AgedList<EventBucket>();
  readonly #endingWithCycle = new AgedList<EventBucket>();
  #events = 0;
  #eventsEndingWithCycle = 0;
  #bytes = 0;

  constructor(maxSpans: number, maxEventsPerSpan: number) {
    this.#maxSpans = maxSpans;
    this.#maxEventsPerSpan = maxEventsPerSpan;
  }

  /** Number of events in all buckets. */
  get events(): number {
    return this.#events;
  }

  /** Number of events that wait only until the end of the cycle. */
  get eventsEndingWithCycle(): number {
    return this.#eventsEndingWithCycle;
  }

  /** Estimated size of all buckets. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Number of spans with a bucket, except buckets that wait only until the end of the cycle. */
  get spans(): number {
    return this.#byAge.size;
  }

  /** Whether there are no buckets, including buckets that wait only until the end of the cycle. */
  get isEmpty(): boolean {
    return this.#byAge.size + this.#endingWithCycle.size === 0;
  }

  get oldest(): EventBucket | undefined {
    return this.#byAge.oldest ?? this.#endingWithCycle.oldest;
  }

  /** The oldest bucket that waits only until the end of the cycle. */
  get oldestEndingWithCycle(): EventBucket | undefined {
    return this.#endingWithCycle.oldest;
  }

  get(span: SpanIdentity): EventBucket | undefined {
    return this.isEmpty ? undefined : this.#bySpan.get(span);
  }

  /** The bucket to remove before adding this one; undefined if there is room. */
  displacedBy(bucket: EventBucket): EventBucket | undefined {
    const list = this.#listOf(bucket);
    return list.size < this.#maxSpans ? undefined : list.oldest;
  }

  /** Adds a bucket as the newest. Its span must not have one yet. */
  add(bucket: EventBucket): void {
    this.#bySpan.set(bucket);
    this.#listOf(bucket).add(bucket);
    this.#countEvents(bucket, bucket.count);
    this.#bytes += bucket.bytes;
  }

  /** Adds an event to a waiting bucket. Returns whether it overwrote an older event. */
  addEvent(bucket: EventBucket, event: LogEvent, bytes: number): boolean {
    const before = bucket.bytes;
    const replaced = bucket.add(event, bytes, this.#maxEventsPerSpan);
    if (!replaced) this.#countEvents(bucket, 1);
    this.#bytes += bucket.bytes - before;
    return replaced;
  }

  take(bucket: EventBucket): EventBucket {
    this.#bySpan.delete(bucket);
    this.#listOf(bucket).remove(bucket);
    this.#countEvents(bucket, -bucket.count);
    this.#bytes -= bucket.bytes;
    if (CHECKED) this.#check(bucket);
    return bucket;
  }

  takeOldest(): EventBucket | undefined {
    const { oldest } = this;
    return oldest && this.take(oldest);
  }

  /**
   * The buckets, oldest first, except buckets that wait only until the end of the cycle. The current bucket may be
   * removed.
   */
  [Symbol.iterator](): Iterator<EventBucket> {
    return this.#byAge[Symbol.iterator]();
  }

  #countEvents({ endsWithCycle }: EventBucket, change: number): void {
    this.#events += change;
    if (endsWithCycle) this.#eventsEndingWithCycle += change;
  }

  #check(taken: EventBucket): void {
    assertInvariant(taken.hasRightBytes, 'the bytes of a bucket differ from the sum of its events');
    if (this.isEmpty)
      assertInvariant(this.#events === 0 && this.#bytes === 0, 'events or bytes are counted without a bucket');
  }

  #listOf(bucket: EventBucket): AgedList<EventBucket> {
    return bucket.endsWithCycle ? this.#endingWithCycle : this.#byAge;
  }
}
