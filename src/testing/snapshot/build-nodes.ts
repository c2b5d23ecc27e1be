import { linkChildren } from '../../trace/link-children.js';
import type { CapturedNode, CapturedSpan } from '../captured.js';

interface Node extends CapturedNode {
  readonly children: Node[];
}

/**
 * Puts spans into trees, by their parents' ids. Spans that have their children already are taken as they are.
 *
 * A span whose parent is not among them is a root. So is one of several spans that claim each other as
 * parents, so that none is left out.
 */
export function buildNodes(spans: readonly CapturedSpan[]): CapturedNode[] {
  if (spans.every(isNode)) return rootsAmong(spans);
  const nodes = spans.map((span): Node => ({ ...span, children: [] }));
  const byId = new Map(nodes.map((node) => [idOf(node.traceId, node.spanId), node]));
  const roots = linkChildren(nodes, ({ traceId, parentSpanId }) => {
    return parentSpanId === undefined ? undefined : byId.get(idOf(traceId, parentSpanId));
  });
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
    if (below.has(node)) continue;
    const waiting = [node];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const child of next.children) {
        if (below.has(child)) continue;
        below.add(child);
        waiting.push(child);
      }
    }
  }
  return nodes.filter((node) => !below.has(node));
}

function idOf(traceId: string, spanId: string): string {
  return `${traceId}/${spanId}`;
}

function byStart(a: CapturedSpan, b: CapturedSpan): number {
  return a.startTime - b.startTime;
}
