import { estimatedSpanBytes } from '../../../model/estimated-bytes.js';
import type { ReadableLogRecord, ReadableSpan } from '../../../model/otel.js';
import type { SpanIdentity } from '../../../model/span-map.js';
import type { EventBucket } from '../event-bucket.js';
import type { KeepLimits, Outcomes } from '../outcomes.js';
import type { SpanReading } from '../span-reading.js';
import { WaitingBuckets } from '../waiting-buckets.js';
import { LatePolicy } from './policy.js';

/**
 * Holds each ended span for `holdMillis`, so that late events can still be attached.
 *
 * At most `maxParkedSpans` spans are held. At that bound, or beyond `maxParkedBytes`, the span held longest is
 * delivered early and counted. Events that arrive after the delivery become orphans.
 */
export class HoldSpans extends LatePolicy {
  override readonly keepsSpans = true;
  readonly #holdMillis: number;
  readonly #held: WaitingBuckets;
  readonly #maxBytes: number;

  constructor(
    outcomes: Outcomes,
    parked: WaitingBuckets,
    holdMillis: number,
    limits: KeepLimits & { readonly maxParkedSpans: number },
  ) {
    super(outcomes, parked);
    this.#holdMillis = holdMillis;
    this.#held = new WaitingBuckets(limits.maxParkedSpans, limits.maxEventsPerSpan);
    this.#maxBytes = limits.maxParkedBytes;
  }

  override get heldSpans(): number {
    return this.#held.spans;
  }

  override get heldEvents(): number {
    return this.#held.events;
  }

  override get bytes(): number {
    return this.#held.bytes;
  }

  override get oldestSince(): number | undefined {
    return this.#held.oldest?.since;
  }

  override get sweepMillis(): number | undefined {
    return this.heldSpans === 0 ? undefined : this.#holdMillis / 4;
  }

  override holds(span: SpanIdentity): boolean {
    return this.#held.get(span) !== undefined;
  }

  /** Holds the span with the events parked for it. A held span with the same ids is delivered first. */
  override onSpan(span: ReadableSpan, reading: SpanReading, now: number): void {
    if (!hasEvents(span)) {
      this.outcomes.spans.dropped.invalid++;
      return;
    }
    const same = this.#held.get(reading);
    if (same !== undefined) this.#deliver(this.#held.take(same));
    const parked = this.parked.get(reading);
    const bucket =
      parked === undefined
        ? this.outcomes.buckets.acquire(reading, reading.spanContext, now)
        : this.parked.take(parked);
    bucket.hold(span, estimatedSpanBytes(span), now);
    if (bucket.bytes > this.#maxBytes) {
      this.outcomes.spans.early.evicted_bytes++;
      this.#deliver(bucket);
      return;
    }
    const displaced = this.#held.displacedBy(bucket);
    if (displaced !== undefined) {
      this.outcomes.spans.early.evicted++;
      this.#deliver(this.#held.take(displaced));
    }
    this.#held.add(bucket);
  }

  override addEvent(record: ReadableLogRecord, span: SpanIdentity): boolean {
    const held = this.#held.get(span);
    if (held !== undefined) this.outcomes.addEvent(this.#held, held, record);
    return held !== undefined;
  }

  override settleNext(now: number): boolean {
    const { oldest } = this.#held;
    return oldest !== undefined && !this.#isEarly(oldest, now) && this.drainNext();
  }

  override drainNext(): boolean {
    const bucket = this.#held.takeOldest();
    if (bucket !== undefined) this.#deliver(bucket);
    return bucket !== undefined;
  }

  override evictOldest(): void {
    this.outcomes.spans.early.evicted_bytes++;
    this.drainNext();
  }

  override dropEverything(): void {
    for (let bucket = this.#held.takeOldest(); bucket !== undefined; bucket = this.#held.takeOldest()) {
      this.outcomes.spans.dropped.no_subscriber++;
      this.outcomes.dropBucket(bucket, 'no_subscriber');
    }
  }

  /** Whether a held span must wait longer. False if the clock was set back, so that no span waits for ever. */
  #isEarly({ since }: EventBucket, now: number): boolean {
    return since <= now && now < since + this.#holdMillis;
  }

  /** Delivers the span of a removed bucket. */
  #deliver(bucket: EventBucket): void {
    const merged = this.outcomes.merge(bucket.span!, undefined, bucket);
    if (merged === undefined) {
      this.outcomes.spans.dropped.invalid++;
      this.outcomes.dropBucket(bucket, 'invalid');
    } else {
      this.outcomes.deliverMerged(merged, bucket);
    }
  }
}

function hasEvents(span: ReadableSpan): boolean {
  try {
    return Array.isArray(span.events);
  } catch {
    return false;
  }
}
