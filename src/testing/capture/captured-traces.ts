import { printable } from '../../trace/text/printable.js';
import { inspect } from '../../model/inspect-span.js';
import { linkChildren } from '../../trace/link-children.js';
import type { CapturedSpan, CapturedTrace } from '../captured.js';
import type { SpanRecord } from './span-record.js';
import { traceLines } from './tree-text.js';

/** What makes up a trace. */
export type TraceRecord = Pick<SpanRecord, 'traceId' | 'order' | 'captured'>;

interface MutableNode extends CapturedSpan {
  readonly children: MutableNode[];
}

/** The spans of a scope by trace, traces in the order of their first span, open spans among them. */
export function groupByTrace<T extends TraceRecord>(records: readonly T[]): Map<string, T[]> {
  const traces = new Map<string, T[]>();
  for (const record of records) {
    const trace = traces.get(record.traceId);
    if (trace === undefined) traces.set(record.traceId, [record]);
    else trace.push(record);
  }
  return traces;
}

/** The spans of one trace, in the order they started, as a tree. */
export function captureTrace(records: readonly TraceRecord[]): CapturedTrace {
  const spans = records.toSorted((a, b) => a.order - b.order).map((record) => record.captured());
  // Each span has a node of its own: one in the place of all that share its id would hide the others.
  const nodes = spans.map((span): MutableNode => ({ ...span, children: [] }));
  const byId = new Map(nodes.map((node) => [node.spanId, node]));
  const roots = new Set(
    linkChildren(nodes, ({ parentSpanId }) => (parentSpanId === undefined ? undefined : byId.get(parentSpanId))),
  );
  for (const node of nodes) {
    Object.freeze(node.children);
    Object.freeze(node);
  }
  const trace: CapturedTrace = {
    traceId: records[0]?.traceId ?? '',
    roots: Object.freeze(nodes.filter((node) => roots.has(node))),
    spans: Object.freeze(spans),
  };
  // Not enumerable: to whatever compares or copies traces they are plain objects.
  Object.defineProperty(trace, inspect, { value: showTrace });
  return Object.freeze(trace);
}

/** What `console.log()` shows of a trace. */
function showTrace(this: CapturedTrace): string {
  return [`CapturedTrace ${printable(this.traceId)}`, ...traceLines(this)].join('\n  ');
}
