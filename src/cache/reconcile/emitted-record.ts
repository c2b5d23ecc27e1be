import type { SpanContext } from '@opentelemetry/api';
import type { ReadableLogRecord } from '../../model/otel.js';

/**
 * State of a record's span at emit time.
 *
 * - `recording`: the span is still to come
 * - `ended`: the span has come, or comes in the same cycle at the latest
 * - `excluded`: the span's scope is filtered out, so it never comes
 * - `unknown`: only the span's ids were in the context
 */
export type SpanState = 'recording' | 'ended' | 'excluded' | 'unknown';

/** A log record, with what only the hook that received it could see. Pooled by the driver. */
export interface EmittedRecord {
  record: ReadableLogRecord | undefined;
  /** The span it was emitted in. */
  spanContext: SpanContext | undefined;
  spanState: SpanState;
}
