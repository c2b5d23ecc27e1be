import type { CapturedNode, CapturedSpan } from '../captured.js';

interface Node extends CapturedNode {
  readonly children: Node[];
}

/**
 * Puts spans into trees, by their parents' ids. Spans that have their children already are taken as they are.
 *
 * A span whose parent is not among them is a root. So is each of some spans that claim each other as
 * parents, so that none is left out.
 */
export function buildNodes(spans: readonly CapturedSpan[]): CapturedNode[] {
  if (spans.every(isNode)) return rootsAmong(spans);
  const nodes = spans.map((span): Node => ({ ...span, children: [] }));
  const byId = new Map(nodes.map((node) => [idOf(node.traceId, node.spanId), node]));
  const roots: Node[] = [];
  for (const node of nodes) {
    const parent = node.parentSpanId === undefined ? undefined : byId.get(idOf(node.traceId, node.parentSpanId));
    if (parent === undefined || leadsTo(parent, node, byId)) roots.push(node);
    else parent.children.push(node);
  }
  for (const node of nodes) node.children.sort(byStart);
  return roots.sort(byStart);
}

function isNode(span: CapturedSpan): span is CapturedNode {
  return 'children' in span;
}

/** Those that are not below another one of them. */
function rootsAmong(nodes: readonly CapturedNode[]): CapturedNode[] {
  const below = new Set<CapturedNode>();
  for (const node of nodes) {
    const waiting = below.has(node) ? [] : [...node.children];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (below.has(next)) continue;
      below.add(next);
      waiting.push(...next.children);
    }
  }
  return nodes.filter((node) => !below.has(node));
}

/** Whether a span is among its own ancestors. */
function leadsTo(start: Node, target: Node, byId: ReadonlyMap<string, Node>): boolean {
  const seen = new Set<Node>();
  for (let node: Node | undefined = start; node !== undefined && !seen.has(node); ) {
    if (node === target) return true;
    seen.add(node);
    node = node.parentSpanId === undefined ? undefined : byId.get(idOf(node.traceId, node.parentSpanId));
  }
  return false;
}

function idOf(traceId: string, spanId: string): string {
  return `${traceId}/${spanId}`;
}

function byStart(a: CapturedSpan, b: CapturedSpan): number {
  return a.startTime - b.startTime;
}
