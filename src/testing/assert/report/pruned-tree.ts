import { mapTree, nodesOf } from '../../../trace/walk.js';
import type { CapturedNode } from '../../../trace/captured-span.js';

/** Spans up to which all are shown. Of more, as many: those asked for, and some of what is above them. */
const MAX_SPANS = 60;
const MAX_ABOVE = 10;

/** A span that is shown, or what stands for spans that are left out. */
export interface PrunedNode {
  /** Undefined where spans are left out. */
  readonly node: CapturedNode | undefined;
  readonly hidden: number;
  readonly children: readonly PrunedNode[];
}

/** What is shown of a span and those below it. */
interface Pruned {
  readonly isShown: boolean;
  /** The spans to show that have none above them to show. */
  readonly tops: readonly PrunedNode[];
  /** How many spans are left out above all of `tops`, or beside them. */
  readonly hidden: number;
}

/**
 * Trees of which not all spans are shown: those asked for, and how many are left out in between.
 *
 * @param wanted the spans to show, the most important first
 */
export function prunedTree(roots: readonly CapturedNode[], wanted: readonly CapturedNode[]): PrunedNode[] {
  const nodes = nodesOf(roots);
  const shown = new Set(nodes.length <= MAX_SPANS ? nodes : chosenAmong(nodes, roots, wanted));
  const pruned = mapTree(roots, (node, below: Pruned[]): Pruned => {
    if (shown.has(node)) return { isShown: true, tops: [{ node, hidden: 0, children: siblings(below) }], hidden: 0 };
    const hidden = below.reduce((sum, each) => sum + each.hidden, 1);
    return { isShown: false, tops: below.flatMap(({ tops }) => tops), hidden };
  });
  return siblings(pruned);
}

function chosenAmong(
  nodes: readonly CapturedNode[],
  roots: readonly CapturedNode[],
  wanted: readonly CapturedNode[],
): Set<CapturedNode> {
  const parentOf = new Map(nodes.flatMap((node) => node.children.map((child) => [child, node] as const)));
  const chosen = new Set<CapturedNode>();
  for (const node of wanted) {
    if (chosen.size >= MAX_SPANS) return chosen;
    let above: CapturedNode | undefined = node;
    for (let levels = 0; above !== undefined && levels <= MAX_ABOVE; levels++) {
      chosen.add(above);
      above = parentOf.get(above);
    }
  }
  for (const root of roots.slice(0, MAX_SPANS - chosen.size)) chosen.add(root);
  return chosen;
}

/** Spans of one parent, or roots; those that follow each other and have nothing to show are left out together. */
function siblings(pruned: readonly Pruned[]): PrunedNode[] {
  const entries: PrunedNode[] = [];
  let skipped = 0;
  const leaveOut = (hidden: number, children: readonly PrunedNode[] = []): void => {
    if (hidden > 0) entries.push({ node: undefined, hidden, children });
  };
  for (const { isShown, tops, hidden } of pruned) {
    if (tops.length === 0) {
      skipped += hidden;
      continue;
    }
    leaveOut(skipped);
    skipped = 0;
    if (isShown) entries.push(...tops);
    else leaveOut(hidden, tops);
  }
  leaveOut(skipped);
  return entries;
}
