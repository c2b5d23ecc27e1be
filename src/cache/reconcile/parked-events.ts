import { estimatedEventBytes } from '../../model/estimated-bytes.js';
import { toLogEvent, type OrphanReason } from '../../model/log-event.js';
import type { ReadableLogRecord } from '../../model/otel.js';
import type { EventBucket } from './event-bucket.js';
import type { OpenSpans } from './open-spans.js';
import type { Outcomes } from './outcomes.js';
import type { SpanReading } from './span-reading.js';
import { WaitingBuckets } from './waiting-buckets.js';

/** They are not swept more often: a sweep walks over those whose spans are open. */
const MIN_SWEEP_MILLIS = 50;

export interface ParkingLimits {
  readonly maxParkedSpans: number;
  readonly maxParkedMillis: number;
  readonly maxEventsPerSpan: number;
}

/**
 * Events whose span has not come.
 *
 * For at most `maxParkedSpans` spans. Past that, the span that has waited longest gives up all of its events: it is the
 * least likely still to end. Whatever leaves without its span becomes an orphan here, about as many events at a time as
 * the caller says.
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

  /** How often to look for those that have waited too long: four times in that time. Undefined if none waits. */
  get sweepMillis(): number | undefined {
    return this.spans === 0 ? undefined : Math.max(this.#maxMillis / 4, MIN_SWEEP_MILLIS);
  }

  /**
   * Parks the first event of a span.
   *
   * @param endsWithCycle the span comes in this cycle, or is gone
   * @throws what the record's getters throw; nothing has changed then
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

  /** Makes orphans of a bucket's events. */
  orphan(bucket: EventBucket, reason: OrphanReason): void {
    this.#outcomes.orphanBucket(this.take(bucket), reason);
  }

  /**
   * Makes orphans of the events that have waited for `maxParkedMillis`, except those of spans known to be open. If the
   * clock has gone back (fake timers come and go), those from its future begin to wait anew. Returns whether there may
   * be more.
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

  /** Makes orphans of the events that have waited longest. */
  orphanOldest(max: number, reason: OrphanReason): void {
    const until = this.events - max;
    while (this.oldest !== undefined && this.events > until) this.orphan(this.oldest, reason);
  }
}
