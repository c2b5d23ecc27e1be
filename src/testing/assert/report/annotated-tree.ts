import { outline } from '../../../trace/outline.js';
import { counted } from '../../../trace/text/names.js';
import { mapTree, nodesOf } from '../../../trace/walk.js';
import type { CapturedNode, CapturedSpan } from '../../../trace/captured-span.js';
import { firstLines, GUTTERS, type Annotations } from './annotations.js';
import { prunedTree, type PrunedNode } from './pruned-tree.js';
import { titleOf, valueText } from './describe.js';

/** What is drawn as a branch of the tree: a span, some that are left out, or what is missing among them. */
interface Branch {
  readonly gutter: string;
  readonly text: string;
  readonly notes: readonly string[];
  readonly children: readonly Branch[];
}

/**
 * Captured spans as a tree, with what there is to say about each. Of many spans, those there is something to say
 * about, those above them, and how many others there are.
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
  const tree = mapTree(prunedTree(roots, notedAmong(roots, notes)), (entry, children: Branch[]) => branchOf(entry, children, notes));
  const lines: string[] = [];
  for (const { node, branch, rails } of outline(tree)) {
    lines.push(node.gutter + branch + node.text);
    for (const note of node.notes) lines.push(`  ${rails} ${note}`);
  }
  return lines;
}

/** What is wrong first. */
function notedAmong(roots: readonly CapturedNode[], notes: Annotations): CapturedNode[] {
  const noted = nodesOf(roots).filter((node) => notes.of(node) !== undefined);
  const isWrong = (node: CapturedNode): boolean => notes.of(node)?.verdict === 'wrong';
  return [...noted.filter(isWrong), ...noted.filter((node) => !isWrong(node))];
}

function branchOf({ node, hidden }: PrunedNode, children: Branch[], notes: Annotations): Branch {
  if (node === undefined) return { gutter: GUTTERS.none, text: `… ${counted(hidden, 'more span')}`, notes: [], children };
  const { verdict = 'none', lines = [], missing = [] } = notes.of(node) ?? {};
  const below = firstLines(missing).map((text) => ({ gutter: GUTTERS.wrong, text, notes: [], children: [] }));
  return { gutter: GUTTERS[verdict], text: lineOf(node), notes: firstLines(lines), children: [...children, ...below] };
}

/** Name, kind, how it went. */
function lineOf({ name, kind, status, statusMessage, ended }: CapturedSpan): string {
  const parts = [titleOf({ name })];
  if (kind !== 'internal') parts.push(kind);
  if (status === 'error') parts.push(statusMessage ? `error: ${valueText(statusMessage)}` : 'error');
  if (!ended) parts.push('still open');
  return parts.join('  ');
}
