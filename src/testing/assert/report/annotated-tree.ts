import { outline } from '../../../trace/outline.js';
import { counted } from '../../../model/text-of.js';
import { mapTree, nodesOf } from '../../../trace/walk.js';
import type { CapturedNode, CapturedSpan } from '../../../trace/captured-span.js';
import { firstLines, GUTTERS, type Annotations } from './annotations.js';
import { titleOf, valueText } from './describe.js';

/** Maximum number of spans shown. In a larger tree, annotated spans and up to `MAX_ABOVE` of their ancestors are chosen. */
const MAX_SPANS = 60;
const MAX_ABOVE = 10;

/** A branch of the drawn tree: a span, a count of hidden spans, or a missing span. */
interface Branch {
  readonly gutter: string;
  readonly text: string;
  readonly notes: readonly string[];
  readonly children: readonly Branch[];
}

/** The visible part of a subtree. */
interface Pruned {
  readonly isShown: boolean;
  /** The topmost visible branches. */
  readonly tops: readonly Branch[];
  /** Number of hidden spans above or beside `tops`. */
  readonly hidden: number;
}

/**
 * Draws captured spans as a tree, with their annotations. A large tree is reduced to annotated spans, their ancestors,
 * and counts of the hidden spans.
 *
 * ```
 * ✗ POST /checkout  server
 * ✓ ├─ db.insert  client
 * ✗ ├─ charge  client
 *   │    amount: expected (n) => n > 0, got 0
 * ✗ └─ missing: email.send
 * ```
 */
export function annotatedTree(roots: readonly CapturedNode[], notes: Annotations): string[] {
  const nodes = nodesOf(roots);
  const shown = new Set(nodes.length <= MAX_SPANS ? nodes : chosenAmong(nodes, roots, notedAmong(nodes, notes)));
  const pruned = mapTree(roots, (node, below: Pruned[]): Pruned => {
    if (shown.has(node)) return { isShown: true, tops: [branchOf(node, siblings(below), notes)], hidden: 0 };
    const hidden = below.reduce((sum, each) => sum + each.hidden, 1);
    return { isShown: false, tops: below.flatMap(({ tops }) => tops), hidden };
  });
  const lines: string[] = [];
  for (const { node, branch, rails } of outline(siblings(pruned))) {
    lines.push(node.gutter + branch + node.text);
    for (const note of node.notes) lines.push(`  ${rails} ${note}`);
  }
  return lines;
}

/** Annotated spans, wrong ones first. */
function notedAmong(nodes: readonly CapturedNode[], notes: Annotations): CapturedNode[] {
  const noted = nodes.filter((node) => notes.of(node) !== undefined);
  const isWrong = (node: CapturedNode): boolean => notes.of(node)?.verdict === 'wrong';
  return [...noted.filter(isWrong), ...noted.filter((node) => !isWrong(node))];
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

/** Branches for spans of one parent, or for roots. Consecutive hidden spans are merged into one count. */
function siblings(pruned: readonly Pruned[]): Branch[] {
  const branches: Branch[] = [];
  let skipped = 0;
  const leaveOut = (hidden: number, children: readonly Branch[] = []): void => {
    const text = `… ${counted(hidden, 'more span')}`;
    if (hidden > 0) branches.push({ gutter: GUTTERS.none, text, notes: [], children });
  };
  for (const { isShown, tops, hidden } of pruned) {
    if (tops.length === 0) {
      skipped += hidden;
      continue;
    }
    leaveOut(skipped);
    skipped = 0;
    if (isShown) branches.push(...tops);
    else leaveOut(hidden, tops);
  }
  leaveOut(skipped);
  return branches;
}

function branchOf(node: CapturedNode, children: readonly Branch[], notes: Annotations): Branch {
  const { verdict = 'none', lines = [], missing = [] } = notes.of(node) ?? {};
  const below = firstLines(missing).map((text) => ({ gutter: GUTTERS.wrong, text, notes: [], children: [] }));
  return { gutter: GUTTERS[verdict], text: lineOf(node), notes: firstLines(lines), children: [...children, ...below] };
}

/** Name, kind and outcome of a span. */
function lineOf({ name, kind, status, statusMessage, ended }: CapturedSpan): string {
  const parts = [titleOf({ name })];
  if (kind !== 'internal') parts.push(kind);
  if (status === 'error') parts.push(statusMessage ? `error: ${valueText(statusMessage)}` : 'error');
  if (!ended) parts.push('still open');
  return parts.join('  ');
}
