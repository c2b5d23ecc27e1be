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

/** What one step of the reconciler has finished. */
export interface Finished {
  readonly spans: readonly DeliveredSpan[];
  /** Empty if nobody wants orphans: they are counted then, and never built. */
  readonly orphans: readonly OrphanEvent[];
}

/** How much may be kept. */
export interface KeepLimits {
  readonly maxEventsPerSpan: number;
  readonly maxParkedBytes: number;
}

/**
 * Ends the wait of spans and events: counts each, and gathers what is to be delivered.
 *
 * Shared by the reconciler and its late policy. Whatever ends here is counted before anybody else sees it, and its
 * bucket goes back to the pool.
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

  /** Spans finished by the step at hand. */
  get finishedSpans(): number {
    return this.#finished.length;
  }

  /** Whether spans may come twice, and later than they end. */
  get deduplicates(): boolean {
    return this.#deduplicates;
  }

  /** From now on spans may come twice, and later than they end. */
  deduplicate(): void {
    this.#deduplicates = true;
    this.rememberDelivered();
  }

  /** Remembers the ids of delivered spans from now on. */
  rememberDelivered(): void {
    this.#delivered ??= new DeliveredIds();
  }

  wasDelivered(span: SpanIdentity): boolean {
    return this.#delivered !== undefined && this.#delivered.has(span);
  }

  forgetDelivered(): void {
    this.#delivered?.clear();
  }

  /** Runs a step. Its orphans are built only if they are wanted. */
  collect(orphansWanted: boolean, step: () => void): Finished {
    if (CHECKED) assertInvariant(this.#orphans === undefined && this.finishedSpans === 0, 'the step before is not over');
    const orphans: OrphanEvent[] = [];
    this.#orphans = orphansWanted ? orphans : undefined;
    try {
      step();
    } finally {
      this.#orphans = undefined;
    }
    return { spans: this.takeFinished(), orphans };
  }

  /** The spans that were finished since the last call, in order. */
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

  /** Delivers spans that nothing waits for. Those without ids are invalid, if ids are remembered. */
  deliverAll(spans: DeliveredSpan[]): void {
    if (CHECKED) assertInvariant(this.finishedSpans === 0, 'the step before is not over');
    const delivered = this.#delivered;
    this.#finished = delivered === undefined ? spans : spans.filter((span) => this.#remember(span, delivered));
    this.spans.delivered += this.#finished.length;
  }

  /** Delivers a span with the events of its bucket, which has been taken out. */
  deliverMerged(merged: Merge, bucket: EventBucket): void {
    this.deliver(bucket, merged.span);
    this.endMerged(merged, bucket);
  }

  /** Delivers a span again. */
  amend(span: DeliveredSpan): void {
    this.spans.amended++;
    this.#finished.push(span);
  }

  /** Merges a bucket into its span; undefined if the span cannot be read. Changes nothing. */
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

  /** The end of a bucket, taken out, whose events were merged. */
  endMerged({ merged, duplicates }: Merge, bucket: EventBucket): void {
    this.events.merged += merged;
    this.events.dropped.duplicate += duplicates;
    this.buckets.release(bucket);
  }

  /** The end of a bucket, taken out, whose events become orphans. */
  orphanBucket(bucket: EventBucket, reason: OrphanReason): void {
    for (const event of this.#orphans === undefined ? [] : bucket.events()) {
      this.#orphans!.push(toOrphan(event, bucket.spanContext, reason));
    }
    this.events.orphaned[reason] += bucket.count;
    this.buckets.release(bucket);
  }

  /** The end of a bucket, taken out, whose events reach nobody. */
  dropBucket(bucket: EventBucket, reason: 'no_subscriber' | 'invalid' | 'late'): void {
    this.events.dropped[reason] += bucket.count;
    this.buckets.release(bucket);
  }

  /** Makes an orphan of a record. Throws, and has changed nothing, if the record has to be read and cannot be. */
  orphanRecord(record: ReadableLogRecord, spanContext: SpanContext | undefined, reason: OrphanReason): void {
    if (this.#orphans !== undefined) this.#orphans.push(toOrphan(toLogEvent(record), spanContext, reason));
    this.events.orphaned[reason]++;
  }

  /** Adds a record's event to a bucket that waits. Throws, and has changed nothing, if the record cannot be read. */
  addEvent(waiting: WaitingBuckets, bucket: EventBucket, record: ReadableLogRecord): void {
    const event = toLogEvent(record);
    const bytes = estimatedEventBytes(event);
    if (!this.fits(event, bytes, bucket.spanContext)) return;
    if (waiting.addEvent(bucket, event, bytes)) this.events.dropped.event_limit++;
  }

  /** Whether there is room for an event at all. One that is larger than all that may be kept becomes an orphan. */
  fits(event: LogEvent, bytes: number, spanContext: SpanContext | undefined): boolean {
    if (bytes <= this.#limits.maxParkedBytes) return true;
    this.#orphans?.push(toOrphan(event, spanContext, 'evicted_bytes'));
    this.events.orphaned.evicted_bytes++;
    return false;
  }

  /** Remembers the ids of a span; returns whether it has some. */
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
