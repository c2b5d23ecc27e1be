import { estimatedEventBytes } from '../../model/estimated-bytes.js';
import { toLogEvent, type OrphanReason } from '../../model/log-event.js';
import type { ReadableLogRecord } from '../../model/otel.js';
import type { EventBucket } from './event-bucket.js';
import type { OpenSpans } from './open-spans.js';
import type { Outcomes } from './outcomes.js';
import type { SpanReading } from './span-reading.js';
import { WaitingBuckets } from './waiting-buckets.js';

/** Minimum interval between sweeps, each of which walks over the buckets of open spans. */
const MIN_SWEEP_MILLIS = 50;

export interface ParkingLimits {
  readonly maxParkedSpans: number;
  readonly maxParkedMillis: number;
  readonly maxEventsPerSpan: number;
}

/**
 * Events whose span has not arrived yet, for at most `maxParkedSpans` spans.
 *
 * At the bound, all events of the span that has waited longest are evicted, because that span is the least likely to
 * end. Events that leave without their span become orphans, in batches of about the size that the caller passes.
 */
export class ParkedEvents extends WaitingBuckets {
  readonly #outcomes: Outcomes;
  readonly #openSpans: OpenSpans | undefined;
  readonly #maxMillis: number;

  constructor(outcomes: Outcomes, openSpans: OpenSpans | undefined, limits: ParkingLimits) {
    super(limits.maxParkedSpans, limits.maxEventsPerSpan);
    this.#outcomes = outcomes;
    this.#openSpans = openSpans;
    this.#maxMillis = limits.maxParkedMillis;
  }

  /** Interval for sweeping expired events, a quarter of `maxParkedMillis`; undefined if nothing is parked. */
  get sweepMillis(): number | undefined {
    return this.spans === 0 ? undefined : Math.max(this.#maxMillis / 4, MIN_SWEEP_MILLIS);
  }

  /**
   * Parks the first event of a span.
   *
   * @param endsWithCycle whether the span can only arrive in this cycle
   * @throws the errors of the record's getters, changing nothing
   */
  park(span: SpanReading, record: ReadableLogRecord, now: number, endsWithCycle: boolean): void {
    const event = toLogEvent(record);
    const bytes = estimatedEventBytes(event);
    if (!this.#outcomes.fits(event, bytes, span.spanContext)) return;
    const bucket = this.#outcomes.buckets.acquire(span, span.spanContext, now, endsWithCycle);
    const displaced = this.displacedBy(bucket);
    if (displaced !== undefined) this.orphan(displaced, 'evicted');
    this.add(bucket);
    this.addEvent(bucket, event, bytes);
  }

  /** Removes a bucket and turns its events into orphans. */
  orphan(bucket: EventBucket, reason: OrphanReason): void {
    this.#outcomes.orphanBucket(this.take(bucket), reason);
  }

  /**
   * Turns events older than `maxParkedMillis` into orphans, except the events of open spans. If the clock has been set
   * back, as by fake timers, events from the future begin to wait anew. Returns whether there may be more.
   */
  expire(now: number, max: number): boolean {
    const until = this.events - max;
    for (const bucket of this) {
      if (this.events <= until) return true;
      if (!(bucket.since <= now)) bucket.since = now;
      else if (now < bucket.since + this.#maxMillis) return false;
      else if (!this.#openSpans?.has(bucket)) this.orphan(bucket, 'expired');
    }
    return this.events <= until;
  }

  /** Turns the events that have waited longest into orphans. */
  orphanOldest(max: number, reason: OrphanReason): void {
    const until = this.events - max;
    while (this.oldest !== undefined && this.events > until) this.orphan(this.oldest, reason);
  }
}
