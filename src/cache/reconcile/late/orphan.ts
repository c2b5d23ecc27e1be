import type { SpanContext } from '@opentelemetry/api';
import type { DeliveredSpan } from '../../../model/merged-span.js';
import type { ReadableLogRecord } from '../../../model/otel.js';
import type { SpanIdentity } from '../../../model/span-map.js';
import type { EventBucket } from '../event-bucket.js';
import type { Outcomes } from '../outcomes.js';
import type { SpanReading } from '../span-reading.js';
import type { WaitingBuckets } from '../waiting-buckets.js';
import type { LatePolicy } from './policy.js';

/**
 * Delivers each span at once and keeps none. A late event becomes an orphan, or is dropped.
 *
 * The other policies build on it: they too get events that come later than they can help.
 */
export class OrphanLateEvents implements LatePolicy {
  readonly keepsSpans: boolean = false;
  readonly holdMillis: number | undefined = undefined;
  protected readonly outcomes: Outcomes;
  protected readonly parked: WaitingBuckets;
  readonly #drop: boolean;

  /** @param drop late events are counted, and no orphans */
  constructor(outcomes: Outcomes, parked: WaitingBuckets, drop = false) {
    this.outcomes = outcomes;
    this.parked = parked;
    this.#drop = drop;
  }

  get heldSpans(): number {
    return 0;
  }

  get heldEvents(): number {
    return 0;
  }

  get bytes(): number {
    return 0;
  }

  get oldestSince(): number | undefined {
    return undefined;
  }

  get hasAmendments(): boolean {
    return false;
  }

  holds(_span: SpanIdentity): boolean {
    return false;
  }

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

  addEvent(_record: ReadableLogRecord, _span: SpanIdentity): boolean {
    return false;
  }

  onLateEvent(record: ReadableLogRecord, spanContext: SpanContext): void {
    if (this.#drop) this.outcomes.events.dropped.late++;
    else this.outcomes.orphanRecord(record, spanContext, 'late');
  }

  onLateEvents(bucket: EventBucket): void {
    if (this.#drop) this.outcomes.dropBucket(bucket, 'late');
    else this.outcomes.orphanBucket(bucket, 'late');
  }

  settleNext(_now: number): boolean {
    return false;
  }

  drainNext(): boolean {
    return false;
  }

  giveUpOldest(): void {}

  dropEverything(): void {}
}
