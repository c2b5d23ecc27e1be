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
  const cut = firstOfRings(nodes);
  for (const node of nodes.values()) {
    const parent = cut.has(node) ? undefined : parentOf(node, nodes);
    if (parent === undefined) roots.push(node);
    else parent.children.push(node);
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

/** Of spans that claim each other as parents, the first of each ring: it is a root. Only made-up ids do that. */
function firstOfRings(nodes: ReadonlyMap<string, MutableNode>): Set<MutableNode> {
  const orders = new Map([...nodes.values()].map((node, order) => [node, order]));
  const first = new Set<MutableNode>();
  /** By span: where the way up began on which it was come upon. */
  const begins = new Map<MutableNode, MutableNode>();
  for (const begin of nodes.values()) {
    let node: MutableNode | undefined = begin;
    while (node !== undefined && !begins.has(node)) {
      begins.set(node, begin);
      node = parentOf(node, nodes);
    }
    if (node === undefined || begins.get(node) !== begin) continue;
    // The way has come back to where it has been.
    let earliest = node;
    for (let next = parentOf(node, nodes); next !== node; next = parentOf(next as MutableNode, nodes)) {
      if ((orders.get(next as MutableNode) as number) < (orders.get(earliest) as number)) earliest = next as MutableNode;
    }
    first.add(earliest);
  }
  return first;
}

function parentOf(
  { parentSpanId }: CapturedSpan,
  nodes: ReadonlyMap<string, MutableNode>,
): MutableNode | undefined {
  return parentSpanId === undefined ? undefined : nodes.get(parentSpanId);
}
