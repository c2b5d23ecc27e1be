import { isValidSpanId, isValidTraceId } from '@opentelemetry/api';
import { isBridged } from '../../bridge/bridged-records.js';
import type { ReadableLogRecord } from '../../model/otel.js';
import { isSampled } from '../../model/sampling.js';
import type { EmittedRecord, SpanState } from './emitted-record.js';
import type { LatePolicy } from './late/policy.js';
import type { Outcomes } from './outcomes.js';
import type { ParkedEvents } from './parked-events.js';
import { readingOf, type SpanReading } from './span-reading.js';

/** Decides for each event whether it is parked, late, or an orphan because its span never arrives. */
export class EventFates {
  readonly #outcomes: Outcomes;
  readonly #parked: ParkedEvents;
  readonly #late: LatePolicy;
  readonly #unsampledSpans: boolean;

  constructor(outcomes: Outcomes, parked: ParkedEvents, late: LatePolicy, unsampledSpans: boolean) {
    this.#outcomes = outcomes;
    this.#parked = parked;
    this.#late = late;
    this.#unsampledSpans = unsampledSpans;
  }

  /** Throws, counting nothing, if the record cannot be read. */
  decide({ record, spanContext, spanState }: EmittedRecord, now: number): void {
    if (isBridged(record!)) {
      this.#outcomes.events.dropped.duplicate++;
      return;
    }
    const span = spanContext && readingOf(spanContext);
    if (span === undefined) this.#outcomes.orphanRecord(record!, spanContext, 'no_span');
    else if (span.spanContext.isRemote) this.#outcomes.orphanRecord(record!, spanContext, 'remote_parent');
    else if (spanState === 'excluded') this.#outcomes.orphanRecord(record!, spanContext, 'scope_excluded');
    else this.#decideBySpan(span, record!, spanState, now);
  }

  #decideBySpan(span: SpanReading, record: ReadableLogRecord, spanState: SpanState, now: number): void {
    // A record that has only the ids of its span is recognized as late by the ids of delivered spans, which are
    // remembered from the first such record on.
    if (spanState === 'unknown' && isSampled(span.spanContext)) this.#outcomes.rememberDelivered();
    const parked = this.#parked.get(span);
    if (parked !== undefined) this.#outcomes.addEvent(this.#parked, parked, record);
    else if (spanState === 'recording' && this.#mayCome(span, spanState)) this.#parked.park(span, record, now, false);
    else this.#decideFirst(span, record, spanState, now);
  }

  /** Decides on the first event of a span that may have been delivered already. */
  #decideFirst(span: SpanReading, record: ReadableLogRecord, spanState: SpanState, now: number): void {
    const { spanContext } = span;
    if (this.#late.addEvent(record, span)) return;
    if (!isValidTraceId(span.traceId) || !isValidSpanId(span.spanId)) {
      this.#outcomes.orphanRecord(record, spanContext, 'no_span');
    } else if (this.#outcomes.wasDelivered(span)) {
      this.#late.onLateEvent(record, spanContext);
    } else if (!this.#mayCome(span, spanState)) {
      this.#outcomes.orphanRecord(record, spanContext, 'unsampled');
    } else {
      this.#parked.park(span, record, now, spanState === 'ended' && !this.#outcomes.deduplicates);
    }
  }

  /** Whether a span may still arrive: an unsampled one only if it is recorded and `unsampledSpans` is on. */
  #mayCome({ spanContext }: SpanReading, spanState: SpanState): boolean {
    return isSampled(spanContext) || (spanState !== 'unknown' && this.#unsampledSpans);
  }
}
