import { groupBy } from '../../support/group-by.js';
import { toCapturedTrace } from '../../trace/captured-trace.js';
import type { CapturedTrace } from '../../trace/captured-span.js';
import type { SpanRecord } from './span-record.js';

export type TraceRecord = Pick<SpanRecord, 'traceId' | 'order' | 'captured'>;

/** The spans of a scope by trace, traces in the order of their first span, open spans among them. */
export function groupByTrace<T extends TraceRecord>(records: readonly T[]): Map<string, T[]> {
  return groupBy(records, ({ traceId }) => traceId);
}

/** The spans of one trace, in the order they started, as a tree. */
export function captureTrace(records: readonly TraceRecord[]): CapturedTrace {
  return toCapturedTrace(records.toSorted((a, b) => a.order - b.order).map((record) => record.captured()));
}
