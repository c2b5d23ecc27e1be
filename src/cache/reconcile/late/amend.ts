import { estimatedEventBytes, estimatedSpanBytes } from '../../../model/estimated-bytes.js';
import { toLogEvent } from '../../../model/log-event.js';
import type { DeliveredSpan } from '../../../model/merged-span.js';
import type { ReadableLogRecord, ReadableSpan, TimedEvent } from '../../../model/otel.js';
import { SpanMap, type SpanIdentity } from '../../../model/span-map.js';
import { AgedList, type Aged } from '../aged-list.js';
import type { EventBucket } from '../event-bucket.js';
import type { Merge } from '../merge.js';
import type { KeepLimits, Outcomes } from '../outcomes.js';
import type { SpanReading } from '../span-reading.js';
import type { WaitingBuckets } from '../waiting-buckets.js';
import { LatePolicy } from './policy.js';

/** Maximum number of amendable spans. */
const MAX_AMENDABLE_SPANS = 16_384;

/** A delivered span that is kept so that it can be delivered again. */
interface AmendableSpan extends SpanIdentity, Aged<AmendableSpan> {
  readonly original: ReadableSpan;
  /** The span as last delivered. */
  delivered: DeliveredSpan;
  /** Exceptions recorded on the span that no log event has matched yet; undefined before the first merge. */
  unmatchedExceptions: readonly TimedEvent[] | undefined;
  bytes: number;
  /** Time of the first delivery, on the driver's clock. */
  readonly since: number;
  /** Events that arrived since the last delivery. */
  late: EventBucket | undefined;
}

/**
 * Delivers each span at once, and again with a `revision` one higher when late events have arrived.
 *
 * The events of a cycle are gathered per span, for one amendment each. A late event becomes an orphan if its span is no
 * longer kept: after 16,384 newer spans, or because of `maxParkedBytes`.
 */
export class AmendSpans extends LatePolicy {
  override readonly keepsSpans = true;
  readonly #limits: KeepLimits;
  readonly #maxSpans: number;
  readonly #bySpan = new SpanMap<AmendableSpan>();
  readonly #byAge = new AgedList<AmendableSpan>();
  #bytes = 0;
  /** Spans with gathered events, in the order in which their first event arrived. */
  readonly #gathering = new Set<AmendableSpan>();
  #events = 0;

  constructor(outcomes: Outcomes, parked: WaitingBuckets, limits: KeepLimits, maxSpans = MAX_AMENDABLE_SPANS) {
    super(outcomes, parked);
    this.#limits = limits;
    this.#maxSpans = maxSpans;
  }

  override get heldEvents(): number {
    return this.#events;
  }

  override get bytes(): number {
    return this.#bytes;
  }

  override get oldestSince(): number | undefined {
    return this.#byAge.oldest?.since;
  }

  override get hasAmendments(): boolean {
    return this.#gathering.size > 0;
  }

  override onSpan(span: DeliveredSpan, reading: SpanReading, now: number): void {
    const bucket = this.parked.get(reading);
    const merged = bucket && this.outcomes.merge(span, undefined, bucket);
    if (bucket === undefined) this.outcomes.deliver(reading, span);
    else if (merged === undefined) this.outcomes.spans.dropped.invalid++;
    else this.outcomes.deliverMerged(merged, this.parked.take(bucket));
    if (bucket === undefined || merged !== undefined) this.#keep(reading, span, merged, now);
  }

  override addEvent(record: ReadableLogRecord, span: SpanReading): boolean {
    const amendable = this.#bySpan.get(span);
    if (amendable === undefined) return false;
    const event = toLogEvent(record);
    const bytes = estimatedEventBytes(event);
    if (!this.outcomes.fits(event, bytes, span.spanContext)) return true;
    amendable.late ??= this.outcomes.buckets.acquire(amendable, undefined, amendable.since);
    this.#gathering.add(amendable);
    if (amendable.late.add(event, bytes, this.#limits.maxEventsPerSpan)) this.outcomes.events.dropped.event_limit++;
    else this.#events++;
    return true;
  }

  override settleNext(): boolean {
    const [span] = this.#gathering;
    if (span !== undefined) this.#amend(span);
    return span !== undefined;
  }

  override drainNext(): boolean {
    return this.settleNext();
  }

  override evictOldest(): void {
    const { oldest } = this.#byAge;
    if (oldest === undefined) return;
    this.outcomes.spans.unamendable++;
    this.#forget(oldest);
  }

  override dropEverything(): void {
    for (const span of this.#gathering) this.outcomes.dropBucket(this.#takeLate(span)!, 'no_subscriber');
    for (const span of this.#byAge) this.#forget(span);
  }

  /** Keeps a delivered span, unless it is larger than the whole bound. */
  #keep({ traceId, spanId }: SpanIdentity, original: DeliveredSpan, merged: Merge | undefined, since: number): void {
    const same = this.#bySpan.get({ traceId, spanId });
    if (same !== undefined) this.#forget(same);
    const { span: delivered = original, unmatchedExceptions } = merged ?? {};
    const bytes = estimatedSpanBytes(delivered);
    if (bytes > this.#limits.maxParkedBytes) {
      this.outcomes.spans.unamendable++;
      return;
    }
    if (this.#byAge.size >= this.#maxSpans) this.#forget(this.#byAge.oldest!);
    const span: AmendableSpan = {
      traceId,
      spanId,
      original,
      delivered,
      unmatchedExceptions,
      bytes,
      since,
      late: undefined,
      older: undefined,
      newer: undefined,
    };
    this.#bySpan.set(span);
    this.#byAge.add(span);
    this.#bytes += bytes;
  }

  /** Forgets a span, after amending it with the events gathered for it. */
  #forget(span: AmendableSpan): void {
    this.#bySpan.delete(span);
    this.#byAge.remove(span);
    this.#bytes -= span.bytes;
    if (span.late !== undefined) this.#deliverAgain(span);
  }

  #amend(span: AmendableSpan): void {
    const before = span.bytes;
    this.#deliverAgain(span);
    this.#bytes += span.bytes - before;
    if (span.bytes <= this.#limits.maxParkedBytes) return;
    this.outcomes.spans.unamendable++;
    this.#forget(span);
  }

  /** Delivers a span again with its gathered events, unless all of them are duplicates. */
  #deliverAgain(span: AmendableSpan): void {
    const bucket = this.#takeLate(span)!;
    const merged = this.outcomes.merge(span.original, span.delivered, bucket, span.unmatchedExceptions);
    if (merged === undefined) {
      this.outcomes.dropBucket(bucket, 'invalid');
      return;
    }
    if (merged.span !== span.delivered) {
      this.outcomes.amend(merged.span);
      span.bytes = estimatedSpanBytes(merged.span);
    }
    span.delivered = merged.span;
    span.unmatchedExceptions = merged.unmatchedExceptions;
    this.outcomes.endMerged(merged, bucket);
  }

  #takeLate(span: AmendableSpan): EventBucket | undefined {
    const { late } = span;
    if (late === undefined) return undefined;
    this.#gathering.delete(span);
    span.late = undefined;
    this.#events -= late.count;
    return late;
  }
}
