import type { CapturedNode } from '../../captured.js';
import { nodesOf } from '../../tree/descendants.js';
import { GUTTERS, type Note, type Notes } from './notes.js';
import { titleOf, valueText } from './words.js';

/** Spans up to which all are shown. Of more, only those around what there is to say. */
const MAX_SPANS = 60;

interface Place {
  /** Undefined for what is no span. */
  readonly node: CapturedNode | undefined;
  readonly text: string;
  readonly isRoot: boolean;
  readonly isLast: boolean;
  readonly rails: string;
}

/**
 * Captured spans as a tree, with what there is to say about each.
 *
 * ```
 * ✗ POST /checkout  server
 * ✓ ├─ db.insert  client
 * ✗ ├─ charge  client
 *   │    amount: expected (n) => n > 0, got 0
 * ✗ └─ missing: email.send
 * ```
 */
export function annotatedTree(roots: readonly CapturedNode[], notes: Notes): string[] {
  const shown = shownAmong(roots, notes);
  const lines: string[] = [];
  const waiting = placesOf(roots, [], shown, '', true).toReversed();
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { node, text, isRoot, isLast, rails } = place;
    const note = node && notes.of(node);
    const branch = isRoot ? '' : rails + (isLast ? '└─ ' : '├─ ');
    const below = isRoot ? '' : rails + (isLast ? '   ' : '│  ');
    lines.push(gutterOf(node, note, text) + branch + text);
    if (node === undefined) continue;
    const further = placesOf(node.children, note?.missing ?? [], shown, below, false);
    const rail = further.length > 0 ? '│' : ' ';
    for (const line of note?.lines ?? []) lines.push(`  ${below}${rail}  ${line}`);
    for (const next of further.toReversed()) waiting.push(next);
  }
  return lines;
}

/** Name, kind, how it went. */
function spanLine({ name, kind, status, statusMessage, ended }: CapturedNode): string {
  const parts = [titleOf({ name })];
  if (kind !== 'internal') parts.push(kind);
  if (status === 'error') parts.push(statusMessage ? `error: ${valueText(statusMessage)}` : 'error');
  if (!ended) parts.push('still open');
  return parts.join('  ');
}

function gutterOf(node: CapturedNode | undefined, note: Note | undefined, text: string): string {
  if (node === undefined) return text.startsWith('…') ? GUTTERS.none : GUTTERS.wrong;
  return GUTTERS[note?.verdict ?? 'none'];
}

/** The spans of one parent, those not shown as a number, and what is missing among them. */
function placesOf(
  nodes: readonly CapturedNode[],
  missing: readonly string[],
  shown: ReadonlySet<CapturedNode>,
  rails: string,
  isRoot: boolean,
): Place[] {
  const entries: [CapturedNode | undefined, string][] = [];
  let hidden = 0;
  const hide = (): void => {
    if (hidden > 0) entries.push([undefined, `… ${hidden} more ${hidden === 1 ? 'span' : 'spans'}`]);
    hidden = 0;
  };
  for (const node of nodes) {
    if (!shown.has(node)) {
      hidden += nodesOf([node]).length;
      continue;
    }
    hide();
    entries.push([node, spanLine(node)]);
  }
  hide();
  for (const text of missing) entries.push([undefined, text]);
  return entries.map(([node, text], index) => ({ node, text, isRoot, isLast: index === entries.length - 1, rails }));
}

/** All, or of many those with a note, and what is above them. */
function shownAmong(roots: readonly CapturedNode[], notes: Notes): Set<CapturedNode> {
  const nodes = nodesOf(roots);
  if (nodes.length <= MAX_SPANS) return new Set(nodes);
  const shown = new Set<CapturedNode>(roots.slice(0, MAX_SPANS));
  // Each comes before its children: from the end, children are decided first.
  for (const node of nodes.toReversed()) {
    if (notes.of(node) !== undefined || node.children.some((child) => shown.has(child))) shown.add(node);
  }
  return shown;
}
