import type { SpanContext } from '@opentelemetry/api';
import { estimatedEventBytes } from '../../model/estimated-bytes.js';
import { toLogEvent, toOrphan, type LogEvent, type OrphanEvent, type OrphanReason } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { ReadableLogRecord, ReadableSpan, TimedEvent } from '../../model/otel.js';
import type { SpanIdentity } from '../../model/span-map.js';
import { assertInvariant, CHECKED } from '../../support/invariant.js';
import type { EventCounters, SpanCounters } from '../counters.js';
import { EventBucketPool, type EventBucket } from './event-bucket.js';
import { DeliveredIds } from './late/delivered-ids.js';
import { merge, type Merge } from './merge.js';
import type { WaitingBuckets } from './waiting-buckets.js';

/** The output of one step of the reconciler. */
export interface Finished {
  readonly spans: readonly DeliveredSpan[];
  /** Empty if no subscriber receives orphans: they are only counted then. */
  readonly orphans: readonly OrphanEvent[];
}

/** Bounds of parked events and kept spans. */
export interface KeepLimits {
  readonly maxEventsPerSpan: number;
  readonly maxParkedBytes: number;
}

/**
 * The outputs of the reconciler: counts finished spans and events, and gathers them for delivery.
 *
 * Shared by the reconciler and its late policy. An item is counted, and its bucket returned to the pool,
 * before any subscriber sees the item.
 */
export class Outcomes {
  readonly spans: SpanCounters;
  readonly events: EventCounters;
  readonly buckets = new EventBucketPool();
  readonly #limits: KeepLimits;
  #delivered: DeliveredIds | undefined;
  #deduplicates = false;
  #finished: DeliveredSpan[] = [];
  #orphans: OrphanEvent[] | undefined;

  constructor(limits: KeepLimits, spans: SpanCounters, events: EventCounters) {
    this.#limits = limits;
    this.spans = spans;
    this.events = events;
  }

  /** Number of spans finished in the current step. */
  get finishedSpans(): number {
    return this.#finished.length;
  }

  /** Whether spans may arrive twice, and later than they end. */
  get deduplicates(): boolean {
    return this.#deduplicates;
  }

  /** Declares that from now on spans may arrive twice, and later than they end. */
  deduplicate(): void {
    this.#deduplicates = true;
    this.rememberDelivered();
  }

  /** Starts to remember the ids of delivered spans. */
  rememberDelivered(): void {
    this.#delivered ??= new DeliveredIds();
  }

  wasDelivered(span: SpanIdentity): boolean {
    return this.#delivered !== undefined && this.#delivered.has(span);
  }

  forgetDelivered(): void {
    this.#delivered?.clear();
  }

  /** Runs a step and returns its output. Orphans are created only if `orphansWanted`. */
  collect(orphansWanted: boolean, step: () => void): Finished {
    if (CHECKED)
      assertInvariant(this.#orphans === undefined && this.finishedSpans === 0, 'the previous step has not ended');
    const orphans: OrphanEvent[] = [];
    this.#orphans = orphansWanted ? orphans : undefined;
    try {
      step();
    } finally {
      this.#orphans = undefined;
    }
    return { spans: this.takeFinished(), orphans };
  }

  /** Returns the spans finished since the last call, in order. */
  takeFinished(): DeliveredSpan[] {
    const finished = this.#finished;
    if (finished.length > 0) this.#finished = [];
    return finished;
  }

  /** Delivers a span for the first time. */
  deliver({ traceId, spanId }: SpanIdentity, span: DeliveredSpan): void {
    this.spans.delivered++;
    this.#finished.push(span);
    this.#delivered?.remember(traceId, spanId);
  }

  /** Delivers spans for which no events wait. While ids are remembered, spans without ids are counted as invalid. */
  deliverAll(spans: DeliveredSpan[]): void {
    if (CHECKED) assertInvariant(this.finishedSpans === 0, 'the previous step has not ended');
    const delivered = this.#delivered;
    this.#finished = delivered === undefined ? spans : spans.filter((span) => this.#remember(span, delivered));
    this.spans.delivered += this.#finished.length;
  }

  /** Delivers a span merged with the events of its removed bucket. */
  deliverMerged(merged: Merge, bucket: EventBucket): void {
    this.deliver(bucket, merged.span);
    this.endMerged(merged, bucket);
  }

  amend(span: DeliveredSpan): void {
    this.spans.amended++;
    this.#finished.push(span);
  }

  /** Merges a bucket into its span; undefined if the span cannot be read. Has no side effects. */
  merge(
    original: ReadableSpan,
    before: DeliveredSpan | undefined,
    bucket: EventBucket,
    unmatchedExceptions?: readonly TimedEvent[],
  ): Merge | undefined {
    try {
      return merge(original, before, bucket, this.#limits.maxEventsPerSpan, unmatchedExceptions);
    } catch {
      return undefined;
    }
  }

  /** Counts the merged events of a removed bucket, and releases it. */
  endMerged({ merged, duplicates }: Merge, bucket: EventBucket): void {
    this.events.merged += merged;
    this.events.dropped.duplicate += duplicates;
    this.buckets.release(bucket);
  }

  /** Turns the events of a removed bucket into orphans, and releases it. */
  orphanBucket(bucket: EventBucket, reason: OrphanReason): void {
    for (const event of this.#orphans === undefined ? [] : bucket.events()) {
      this.#orphans!.push(toOrphan(event, bucket.spanContext, reason));
    }
    this.events.orphaned[reason] += bucket.count;
    this.buckets.release(bucket);
  }

  /** Drops the events of a removed bucket, and releases it. */
  dropBucket(bucket: EventBucket, reason: 'no_subscriber' | 'invalid' | 'late'): void {
    this.events.dropped[reason] += bucket.count;
    this.buckets.release(bucket);
  }

  /** Turns a record into an orphan. Throws, changing nothing, if the record must be read and cannot be. */
  orphanRecord(record: ReadableLogRecord, spanContext: SpanContext | undefined, reason: OrphanReason): void {
    if (this.#orphans !== undefined) this.#orphans.push(toOrphan(toLogEvent(record), spanContext, reason));
    this.events.orphaned[reason]++;
  }

  /** Adds a record to a waiting bucket. Throws, changing nothing, if the record cannot be read. */
  addEvent(waiting: WaitingBuckets, bucket: EventBucket, record: ReadableLogRecord): void {
    const event = toLogEvent(record);
    const bytes = estimatedEventBytes(event);
    if (!this.fits(event, bytes, bucket.spanContext)) return;
    if (waiting.addEvent(bucket, event, bytes)) this.events.dropped.event_limit++;
  }

  /** Whether an event is within `maxParkedBytes`. A larger one becomes an orphan. */
  fits(event: LogEvent, bytes: number, spanContext: SpanContext | undefined): boolean {
    if (bytes <= this.#limits.maxParkedBytes) return true;
    this.#orphans?.push(toOrphan(event, spanContext, 'evicted_bytes'));
    this.events.orphaned.evicted_bytes++;
    return false;
  }

  /** Remembers the ids of a span. Returns false if it has none. */
  #remember(span: DeliveredSpan, delivered: DeliveredIds): boolean {
    try {
      const { traceId, spanId } = span.spanContext();
      delivered.remember(traceId, spanId);
      return true;
    } catch {
      this.spans.dropped.invalid++;
      return false;
    }
  }
}
