import { groupBy } from '../../support/group-by.js';
import { toCapturedTrace } from '../../trace/captured-trace.js';
import type { CapturedTrace } from '../../trace/captured-span.js';
import type { SpanRecord } from './span-record.js';

export type TraceRecord = Pick<SpanRecord, 'traceId' | 'order' | 'captured'>;

/** Groups spans, open ones included, by trace. Traces are in the order of their first span. */
export function groupByTrace(records: readonly TraceRecord[]): TraceRecord[][] {
  return [...groupBy(records, ({ traceId }) => traceId).values()];
}

/** Builds the tree of one trace; siblings are in the order they started. */
export function captureTrace(records: readonly TraceRecord[]): CapturedTrace {
  return toCapturedTrace(records.toSorted((a, b) => a.order - b.order).map((record) => record.captured()));
}
