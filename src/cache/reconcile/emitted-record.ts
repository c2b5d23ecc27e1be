import type { SpanContext } from '@opentelemetry/api';
import type { ReadableLogRecord } from '../../model/otel.js';

/**
 * State of a record's span at emit time.
 *
 * - `recording`: the span will end later
 * - `ended`: unless the cache is also fed by its exporter, the span arrives by the end of the cycle, or never
 * - `excluded`: the span's scope is excluded by the filter, so the span never arrives
 * - `unknown`: the context held only the ids of the span
 */
export type SpanState = 'recording' | 'ended' | 'excluded' | 'unknown';

/** A log record, with state that only `onEmit()` can read. Pooled by the driver. */
export interface EmittedRecord {
  record: ReadableLogRecord | undefined;
  /** Context of the span in which the record was emitted. */
  spanContext: SpanContext | undefined;
  spanState: SpanState;
}
