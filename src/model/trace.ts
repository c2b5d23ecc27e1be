import type { HrTime } from '@opentelemetry/api';
import type { ReadableSpan } from './otel.js';

/** A span in its place in the tree. */
export interface SpanNode {
  readonly span: ReadableSpan;
  /** In the order they started. */
  readonly children: readonly SpanNode[];
  /** Whether it has a parent in this process that is not among the spans: not ended yet, or lost. */
  readonly parentMissing: boolean;
}

/** The spans of one trace. */
export interface Trace {
  readonly traceId: string;
  /** Spans without a parent here, in the order they started. More than one if parents are missing. */
  readonly roots: readonly SpanNode[];
  /** All spans, in the order they were given. */
  readonly spans: readonly ReadableSpan[];
}

/**
 * Groups spans into one tree per trace, traces in the order of their first span.
 *
 * The order of the spans does not matter: a parent usually ends after its children. A span whose parent
 * is not among them becomes a root; so does one span of a ring of spans that claim each other as
 * parents, so that none is left out. Of two spans with the same ids, the later one counts.
 */
export function buildTraces(spans: Iterable<ReadableSpan>): Trace[] {
  const byTrace = new Map<string, ReadableSpan[]>();
  for (const span of spans) {
    const { traceId } = span.spanContext();
    const siblings = byTrace.get(traceId);
    if (siblings === undefined) byTrace.set(traceId, [span]);
    else siblings.push(span);
  }
  return [...byTrace].map(([traceId, members]) => buildTrace(traceId, members));
}

interface Node extends SpanNode {
  readonly children: Node[];
  parentMissing: boolean;
}

function buildTrace(traceId: string, spans: ReadableSpan[]): Trace {
  const nodes = new Map<string, Node>();
  for (const span of spans) {
    nodes.set(span.spanContext().spanId, { span, children: [], parentMissing: false });
  }

  const roots: Node[] = [];
  for (const node of nodes.values()) {
    const parent = parentOf(node, nodes);
    if (parent === undefined) {
      const parentContext = node.span.parentSpanContext;
      node.parentMissing = parentContext !== undefined && parentContext.isRemote !== true;
      roots.push(node);
    } else {
      parent.children.push(node);
    }
  }
  openRings(nodes, roots);

  roots.sort(byStart);
  for (const node of nodes.values()) node.children.sort(byStart);
  return { traceId, roots, spans };
}

/** Makes a root of one span of each ring, which no root leads to. */
function openRings(nodes: ReadonlyMap<string, Node>, roots: Node[]): void {
  const reached = new Set<Node>();
  for (const root of roots) reach(root, reached);
  for (const node of nodes.values()) {
    if (reached.has(node)) continue;
    const root = cutRing(node, nodes);
    reach(root, reached);
    roots.push(root);
  }
}

/** Finds the ring that a span hangs on, by its parents, and takes one of the ring's spans out of its parent. */
function cutRing(start: Node, nodes: ReadonlyMap<string, Node>): Node {
  const seen = new Set<Node>();
  let node = start;
  let parent = parentOf(node, nodes);
  while (parent !== undefined && !seen.has(node)) {
    seen.add(node);
    node = parent;
    parent = parentOf(node, nodes);
  }
  parent?.children.splice(parent.children.indexOf(node), 1);
  return node;
}

function reach(start: Node, reached: Set<Node>): void {
  const waiting = [start];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    for (const child of node.children) waiting.push(child);
  }
}

function parentOf({ span }: Node, nodes: ReadonlyMap<string, Node>): Node | undefined {
  return span.parentSpanContext && nodes.get(span.parentSpanContext.spanId);
}

function byStart(a: Node, b: Node): number {
  return compareTimes(a.span.startTime, b.span.startTime);
}

function compareTimes(a: HrTime, b: HrTime): number {
  return a[0] - b[0] || a[1] - b[1];
}
