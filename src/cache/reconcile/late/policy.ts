import type { SpanContext } from '@opentelemetry/api';
import type { DeliveredSpan } from '../../../model/merged-span.js';
import type { ReadableLogRecord } from '../../../model/otel.js';
import type { SpanIdentity } from '../../../model/span-map.js';
import type { EventBucket } from '../event-bucket.js';
import type { Outcomes } from '../outcomes.js';
import type { SpanReading } from '../span-reading.js';
import type { WaitingBuckets } from '../waiting-buckets.js';

/** What becomes of an event that comes after its span was delivered. */
export type LateEvents = 'drop' | 'orphan' | 'amend' | { readonly holdMillis: number };

/**
 * Decides what becomes of late events, and so when a span that has ended is delivered, and how often.
 *
 * This one is for `'orphan'` and `'drop'`: it delivers each span at once and keeps none. The others build on it, as they
 * too get events that are too late for them. They keep spans: those that wait for late events (held), or that late events
 * may change (amendable). What is kept counts towards `maxParkedBytes`.
 */
export class LatePolicy {
  /** Whether it keeps spans, so that each span has to be read. */
  readonly keepsSpans: boolean = false;
  protected readonly outcomes: Outcomes;
  protected readonly parked: WaitingBuckets;
  readonly #drop: boolean;

  /** @param drop late events are counted, and no orphans */
  constructor(outcomes: Outcomes, parked: WaitingBuckets, drop = false) {
    this.outcomes = outcomes;
    this.parked = parked;
    this.#drop = drop;
  }

  /** Ended spans that wait to be delivered. */
  get heldSpans(): number {
    return 0;
  }

  /** Events on their way with a span that has ended. */
  get heldEvents(): number {
    return 0;
  }

  /** About how much the kept spans keep alive, with the events of held ones. */
  get bytes(): number {
    return 0;
  }

  /** Time from which the oldest kept span was kept; undefined if none is. */
  get oldestSince(): number | undefined {
    return undefined;
  }

  /** How often to look for spans that have waited long enough; undefined if none waits. */
  get sweepMillis(): number | undefined {
    return undefined;
  }

  /** Whether `settleNext()` has something to deliver that waits for no time to pass. */
  get hasAmendments(): boolean {
    return false;
  }

  /** Whether a span is held. */
  holds(_span: SpanIdentity): boolean {
    return false;
  }

  /** A span has ended: delivers or holds it, with the events parked for it. If it cannot be read, they stay parked. */
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

  /** Adds the event to the span, if that is kept. Throws, and has changed nothing, if the record cannot be read. */
  addEvent(_record: ReadableLogRecord, _span: SpanReading): boolean {
    return false;
  }

  /** An event whose span is gone. Throws, and has changed nothing, if the record has to be read and cannot be. */
  onLateEvent(record: ReadableLogRecord, spanContext: SpanContext): void {
    if (this.#drop) this.outcomes.events.dropped.late++;
    else this.outcomes.orphanRecord(record, spanContext, 'late');
  }

  /** Events, in a bucket that was taken out, whose span is gone. */
  onLateEvents(bucket: EventBucket): void {
    if (this.#drop) this.outcomes.dropBucket(bucket, 'late');
    else this.outcomes.orphanBucket(bucket, 'late');
  }

  /** Delivers one span that is done with waiting; returns whether there was one. */
  settleNext(_now: number): boolean {
    return false;
  }

  /** Delivers one span that waits, however long it has waited; returns whether there was one. */
  drainNext(): boolean {
    return false;
  }

  /** Keeps the oldest span no longer, to make room. */
  giveUpOldest(): void {
    // Nothing is kept.
  }

  /** Keeps nothing any longer: nobody is there to get it. */
  dropEverything(): void {
    // Nothing is kept.
  }
}
