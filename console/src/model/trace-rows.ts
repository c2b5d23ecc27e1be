import { hasFailed, type SpanRow } from './span-row.js';
import type { TraceRow } from './trace-row.js';

/**
 * Creates a trace from rows in start order, parents before children.
 *
 * @param spans at least one
 */
export function toTraceRow(id: number, traceId: string, spans: readonly SpanRow[], complete: boolean): TraceRow {
  let start = Infinity;
  let end = -Infinity;
  let failed = 0;
  let logs = 0;
  for (const span of spans) {
    start = Math.min(start, span.start);
    end = Math.max(end, span.start + span.duration);
    if (hasFailed(span)) failed++;
    for (const { log } of span.events) if (log !== undefined) logs++;
  }
  return { id, traceId, complete, root: rootOf(spans), spans, start, duration: end - start, failed, logs };
}

/** The local root among some spans; if there is none, the one that started first. */
export function rootOf(spans: readonly SpanRow[]): SpanRow {
  let ids: Set<string> | undefined;
  let root: SpanRow | undefined;
  let first = spans[0]!;
  for (const span of spans) {
    const { parentSpanId, parentIsRemote, start } = span;
    if (start < first.start) first = span;
    if (root !== undefined && root.start <= start) continue;
    if (parentSpanId === undefined) root = span;
    else if (parentIsRemote) {
      // A span whose remote parent is among the spans is not a local root.
      ids ??= new Set(spans.map(({ spanId }) => spanId));
      if (!ids.has(parentSpanId)) root = span;
    }
  }
  return root ?? first;
}
