import type { SpanIdentity } from '../../model/span-map.js';
import type { TraceRecord } from '../capture/captured-traces.js';
import type { SpanRecord } from '../capture/span-record.js';

/** A span, numbered by when it started among those that are there. */
export interface ArrivedSpan extends TraceRecord {
  readonly record: SpanRecord;
}

/**
 * Spans in the order they started, which is not the one they arrive in: what is inside ends first. Clocks may be
 * coarse, or stand still in a test: of spans that started at the same time the outer ones come first, and siblings
 * as they arrived.
 */
export function inOrderOfStart(records: readonly SpanRecord[]): ArrivedSpan[] {
  const depths = depthsOf(records);
  const depth = (record: SpanRecord): number => depths.get(record) ?? 0;
  return records
    .toSorted((a, b) => compareStarts(a, b) || depth(a) - depth(b) || a.order - b.order)
    .map((record, order) => ({ record, traceId: record.traceId, order, captured: () => record.captured() }));
}

/** Whether a span is the first of its trace in its process, as far as that can be told. */
function isLocalRoot({ span: { parentSpanContext: parent } }: SpanRecord, injectedSpanId: string): boolean {
  return parent === undefined || parent.isRemote === true || parent.spanId === injectedSpanId;
}

/** The spans whose parent, in the same process, has not arrived: it is open, or still on its way. */
export function withoutParent(records: readonly SpanRecord[], injectedSpanId: string): SpanRecord[] {
  const byId = new Map(records.map((record) => [idOf(record), record]));
  return records.filter((record) => !isLocalRoot(record, injectedSpanId) && parentOf(record, byId) === undefined);
}

/** How many of the spans are above each. */
function depthsOf(records: readonly SpanRecord[]): Map<SpanRecord, number> {
  const byId = new Map(records.map((record) => [idOf(record), record]));
  const depths = new Map<SpanRecord, number>();
  for (const record of records) {
    const way: SpanRecord[] = [];
    let above: SpanRecord | undefined = record;
    while (above !== undefined && !depths.has(above)) {
      way.push(above);
      // For now: made-up ids may lead back to it.
      depths.set(above, 0);
      above = parentOf(above, byId);
    }
    let depth = above === undefined ? 0 : (depths.get(above) as number) + 1;
    for (const span of way.reverse()) depths.set(span, depth++);
  }
  return depths;
}

function parentOf(
  { traceId, span: { parentSpanContext: parent } }: SpanRecord,
  byId: ReadonlyMap<string, SpanRecord>,
): SpanRecord | undefined {
  return parent && byId.get(idOf({ traceId, spanId: parent.spanId }));
}

function idOf({ traceId, spanId }: SpanIdentity): string {
  return `${traceId} ${spanId}`;
}

function compareStarts({ span: a }: SpanRecord, { span: b }: SpanRecord): number {
  return a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1];
}
