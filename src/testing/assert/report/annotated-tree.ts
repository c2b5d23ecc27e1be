import type { CapturedNode } from '../../captured.js';
import { nodesOf } from '../../snapshot/descendants.js';
import { firstLines, GUTTERS, type Annotations } from './annotations.js';
import { Outline, type Entry } from './outline.js';
import { titleOf, valueText } from './describe.js';

/** What is drawn as a branch of the tree: spans, or what is missing among them. */
interface Branch {
  readonly entry: Entry | undefined;
  readonly text: string;
  readonly rails: string;
  readonly isRoot: boolean;
  readonly isLast: boolean;
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
  const outline = new Outline(roots, notedAmong(roots, notes));
  const lines: string[] = [];
  const waiting = branchesOf(outline.entries(roots), [], '', true).reverse();
  for (let branch = waiting.pop(); branch !== undefined; branch = waiting.pop()) {
    const { entry, text, isRoot, isLast, rails } = branch;
    const note = entry?.node && notes.of(entry.node);
    const stem = isRoot ? '' : rails + (isLast ? '└─ ' : '├─ ');
    const below = isRoot ? '' : rails + (isLast ? '   ' : '│  ');
    lines.push(gutterOf(entry, notes) + stem + text);
    if (entry === undefined) continue;
    const further = branchesOf(outline.below(entry), firstLines(note?.missing ?? []), below, false);
    const rail = further.length > 0 ? '│' : ' ';
    for (const line of firstLines(note?.lines ?? [])) lines.push(`  ${below}${rail}  ${line}`);
    for (const next of further.reverse()) waiting.push(next);
  }
  return lines;
}

/** What is wrong first. */
function notedAmong(roots: readonly CapturedNode[], notes: Annotations): CapturedNode[] {
  const noted = nodesOf(roots).filter((node) => notes.of(node) !== undefined);
  const isWrong = (node: CapturedNode): boolean => notes.of(node)?.verdict === 'wrong';
  return [...noted.filter(isWrong), ...noted.filter((node) => !isWrong(node))];
}

function branchesOf(entries: readonly Entry[], missing: readonly string[], rails: string, isRoot: boolean): Branch[] {
  const texts: [Entry | undefined, string][] = [
    ...entries.map((entry): [Entry, string] => [entry, lineOf(entry)]),
    ...missing.map((text): [undefined, string] => [undefined, text]),
  ];
  return texts.map(([entry, text], index) => ({ entry, text, rails, isRoot, isLast: index === texts.length - 1 }));
}

/** Name, kind, how it went; or how many spans are left out. */
function lineOf({ node, hidden }: Entry): string {
  if (node === undefined) return `… ${hidden} more ${hidden === 1 ? 'span' : 'spans'}`;
  const { name, kind, status, statusMessage, ended } = node;
  const parts = [titleOf({ name })];
  if (kind !== 'internal') parts.push(kind);
  if (status === 'error') parts.push(statusMessage ? `error: ${valueText(statusMessage)}` : 'error');
  if (!ended) parts.push('still open');
  return parts.join('  ');
}

function gutterOf(entry: Entry | undefined, notes: Annotations): string {
  if (entry === undefined) return GUTTERS.wrong;
  return GUTTERS[(entry.node && notes.of(entry.node)?.verdict) ?? 'none'];
}
