import type { LogEvent } from '../../model/log-event.js';
import { SpanMap, type SpanIdentity } from '../../model/span-map.js';
import { assertInvariant, CHECKED } from '../../support/invariant.js';
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
 * Holds at most `maxSpans` buckets: before the owner adds another, it takes out the one that is `displacedBy()` it. A
 * further event of a span that already waits makes nobody leave. Buckets that wait only until the end of the cycle have
 * a list and a bound of their own: a burst of late events must not push out the events of open spans.
 *
 * Everything is constant-time however long the buckets churn (the first key of a long-lived `Map` is not). The lists are
 * the truth about which buckets are here: going through them ends whatever the map finds.
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

  /** Events waiting, of all spans. */
  get events(): number {
    return this.#events;
  }

  /** Those of them that wait only until the end of the cycle. */
  get eventsEndingWithCycle(): number {
    return this.#eventsEndingWithCycle;
  }

  /** About how much all buckets keep alive. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Spans with a bucket here, without those that wait only until the end of the cycle. */
  get spans(): number {
    return this.#byAge.size;
  }

  /** Whether nothing waits, be it only until the end of the cycle. */
  get isEmpty(): boolean {
    return this.#byAge.size + this.#endingWithCycle.size === 0;
  }

  get oldest(): EventBucket | undefined {
    return this.#byAge.oldest ?? this.#endingWithCycle.oldest;
  }

  /** The oldest of those that wait only until the end of the cycle. */
  get oldestEndingWithCycle(): EventBucket | undefined {
    return this.#endingWithCycle.oldest;
  }

  get(span: SpanIdentity): EventBucket | undefined {
    return this.isEmpty ? undefined : this.#bySpan.get(span);
  }

  /** The bucket that has to leave before another one is added; undefined if there is room. */
  displacedBy(bucket: EventBucket): EventBucket | undefined {
    const list = this.#listOf(bucket);
    return list.size < this.#maxSpans ? undefined : list.oldest;
  }

  /** Adds a bucket as the newest. None of its span may be here. */
  add(bucket: EventBucket): void {
    this.#bySpan.set(bucket);
    this.#listOf(bucket).add(bucket);
    this.#countEvents(bucket, bucket.count);
    this.#bytes += bucket.bytes;
  }

  /** Adds an event to a bucket that waits here; returns whether an older event gave way. */
  addEvent(bucket: EventBucket, event: LogEvent, bytes: number): boolean {
    const before = bucket.bytes;
    const replaced = bucket.add(event, bytes, this.#maxEventsPerSpan);
    if (!replaced) this.#countEvents(bucket, 1);
    this.#bytes += bucket.bytes - before;
    return replaced;
  }

  /** Takes a bucket out. */
  take(bucket: EventBucket): EventBucket {
    this.#bySpan.delete(bucket);
    this.#listOf(bucket).remove(bucket);
    this.#countEvents(bucket, -bucket.count);
    this.#bytes -= bucket.bytes;
    if (CHECKED) this.#check(bucket);
    return bucket;
  }

  /** Takes the oldest bucket out. */
  takeOldest(): EventBucket | undefined {
    const { oldest } = this;
    return oldest && this.take(oldest);
  }

  /** The buckets, oldest first, without those that wait only until the end of the cycle. The one at hand may be taken out. */
  [Symbol.iterator](): Iterator<EventBucket> {
    return this.#byAge[Symbol.iterator]();
  }

  #countEvents({ endsWithCycle }: EventBucket, change: number): void {
    this.#events += change;
    if (endsWithCycle) this.#eventsEndingWithCycle += change;
  }

  #check(taken: EventBucket): void {
    assertInvariant(taken.hasRightBytes, 'the bytes of a bucket are not those of its events');
    if (this.isEmpty) assertInvariant(this.#events === 0 && this.#bytes === 0, 'events or bytes are left of no bucket');
  }

  #listOf(bucket: EventBucket): AgedList<EventBucket> {
    return bucket.endsWithCycle ? this.#endingWithCycle : this.#byAge;
  }
}
