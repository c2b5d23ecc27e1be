import type { TraceRecord } from '../capture/captured-traces.js';
import type { SpanRecord } from '../capture/span-record.js';

/** A span, numbered by when it started among those that are there. */
export interface ArrivedSpan extends TraceRecord {
  readonly record: SpanRecord;
}

/**
 * Spans in the order they started, which is not the one they arrive in: what is inside ends first. Of two that
 * started at the same time, the one that ended last comes first, as a parent does.
 */
export function inOrderOfStart(records: readonly SpanRecord[]): ArrivedSpan[] {
  return records
    .toSorted((a, b) => compareStarts(a, b) || b.order - a.order)
    .map((record, order) => ({ record, traceId: record.traceId, order, captured: () => record.captured() }));
}

/** Whether a span is the first of its trace in its process, as far as that can be told. */
export function isLocalRoot({ span: { parentSpanContext: parent } }: SpanRecord, injectedSpanId: string): boolean {
  return parent === undefined || parent.isRemote === true || parent.spanId === injectedSpanId;
}

/** The spans whose parent, in the same process, has not arrived: it is open, or still on its way. */
export function withoutParent(records: readonly SpanRecord[], injectedSpanId: string): SpanRecord[] {
  const ids = new Set(records.map(({ traceId, spanId }) => `${traceId} ${spanId}`));
  return records.filter((record) => {
    const parent = record.span.parentSpanContext;
    return (
      parent !== undefined && !isLocalRoot(record, injectedSpanId) && !ids.has(`${record.traceId} ${parent.spanId}`)
    );
  });
}

function compareStarts({ span: a }: SpanRecord, { span: b }: SpanRecord): number {
  return a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1];
}
