import type { SpanContext } from '@opentelemetry/api';
import type { DeliveredSpan } from '../../../model/merged-span.js';
import type { ReadableLogRecord } from '../../../model/otel.js';
import type { SpanIdentity } from '../../../model/span-map.js';
import type { EventBucket } from '../event-bucket.js';
import type { Outcomes } from '../outcomes.js';
import type { SpanReading } from '../span-reading.js';
import type { WaitingBuckets } from '../waiting-buckets.js';

/** The option `lateEvents`: the handling of events that arrive after their span was delivered. */
export type LateEvents = 'drop' | 'orphan' | 'amend' | { readonly holdMillis: number };

/**
 * Handles late events, and so decides when an ended span is delivered, and how often.
 *
 * This class implements `'orphan'` and `'drop'`: it delivers each span at once and keeps none. The subclasses fall back
 * on it for events that are too late even for them. They keep spans: held ones, which wait for late events, or
 * amendable ones, which late events may change. Kept spans count towards `maxParkedBytes`.
 */
export class LatePolicy {
  /** Whether it keeps spans, so that each span must be read. */
  readonly keepsSpans: boolean = false;
  protected readonly outcomes: Outcomes;
  protected readonly parked: WaitingBuckets;
  readonly #drop: boolean;

  /** @param drop whether late events are only counted, instead of becoming orphans */
  constructor(outcomes: Outcomes, parked: WaitingBuckets, drop = false) {
    this.outcomes = outcomes;
    this.parked = parked;
    this.#drop = drop;
  }

  /** Number of ended spans that wait for delivery. */
  get heldSpans(): number {
    return 0;
  }

  /** Number of events held with ended spans, or gathered for them. */
  get heldEvents(): number {
    return 0;
  }

  /** Estimated size of the kept spans, with the events of held ones. */
  get bytes(): number {
    return 0;
  }

  /** Time at which the oldest kept span began to be kept; undefined if none is kept. */
  get oldestSince(): number | undefined {
    return undefined;
  }

  /** Interval for sweeping held spans; undefined if none is held. */
  get sweepMillis(): number | undefined {
    return undefined;
  }

  /** Whether `settleNext()` has amendments to deliver. */
  get hasAmendments(): boolean {
    return false;
  }

  holds(_span: SpanIdentity): boolean {
    return false;
  }

  /**
   * Delivers or holds an ended span with the events parked for it. If the span cannot be read, the events stay parked.
   */
  onSpan(span: DeliveredSpan, reading: SpanReading, _now: number): void {
    const bucket = this.parked.get(reading);
    if (bucket === undefined) {
      this.outcomes.deliver(reading, span);
      return;
    }
    const merged = this.outcomes.merge(span, undefined, bucket);
    if (merged === undefined) this.outcomes.spans.dropped.invalid++;
    else this.outcomes.deliverMerged(merged, this.parked.take(bucket));
  }

  /**
   * Adds the event to the span if the span is kept; returns whether it is. Throws if the record cannot be read, without
   * side effects.
   */
  addEvent(_record: ReadableLogRecord, _span: SpanReading): boolean {
    return false;
  }

  /**
   * Handles an event that arrived after its span was delivered. Throws, changing nothing, if the record
   * must be read and cannot be.
   */
  onLateEvent(record: ReadableLogRecord, spanContext: SpanContext): void {
    if (this.#drop) this.outcomes.events.dropped.late++;
    else this.outcomes.orphanRecord(record, spanContext, 'late');
  }

  /** Handles the late events of a removed bucket. */
  onLateEvents(bucket: EventBucket): void {
    if (this.#drop) this.outcomes.dropBucket(bucket, 'late');
    else this.outcomes.orphanBucket(bucket, 'late');
  }

  /** Delivers one span whose wait is over. Returns whether there was one. */
  settleNext(_now: number): boolean {
    return false;
  }

  /** Delivers one waiting span, however long it has waited. Returns whether there was one. */
  drainNext(): boolean {
    return false;
  }

  evictOldest(): void {
    // Nothing is kept.
  }

  /** Drops everything kept, because nobody is subscribed. */
  dropEverything(): void {
    // Nothing is kept.
  }
}
