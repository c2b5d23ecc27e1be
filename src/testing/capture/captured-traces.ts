import type { CapturedSpan, CapturedTrace } from '../captured.js';
import type { SpanRecord } from './span-record.js';

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
  const nodes = new Map<string, MutableNode>();
  for (const span of spans) nodes.set(span.spanId, { ...span, children: [] });

  const roots: MutableNode[] = [];
  const placed = new Set<MutableNode>();
  for (const node of nodes.values()) {
    const parent = parentOf(node, nodes);
    // A ring shows at the first of its spans: the parent of that one is not placed yet.
    if (parent === undefined || (!placed.has(parent) && isAbove(node, parent, nodes))) roots.push(node);
    else parent.children.push(node);
    placed.add(node);
  }
  for (const node of nodes.values()) {
    Object.freeze(node.children);
    Object.freeze(node);
  }
  return Object.freeze({
    traceId: records[0]?.traceId ?? '',
    roots: Object.freeze(roots),
    spans: Object.freeze(spans),
  });
}

/** Whether a span is above its own parent, or is it. Only made-up ids do that. */
function isAbove(node: MutableNode, parent: MutableNode, nodes: ReadonlyMap<string, MutableNode>): boolean {
  const seen = new Set<MutableNode>();
  let above: MutableNode | undefined = parent;
  while (above !== undefined && above !== node && !seen.has(above)) {
    seen.add(above);
    above = parentOf(above, nodes);
  }
  return above === node;
}

function parentOf(
  { parentSpanId }: CapturedSpan,
  nodes: ReadonlyMap<string, MutableNode>,
): MutableNode | undefined {
  return parentSpanId === undefined ? undefined : nodes.get(parentSpanId);
}
