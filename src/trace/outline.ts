import type { Tree } from './tree.js';

/** A node in its place on the page. */
export interface OutlineEntry<N> {
  readonly node: N;
  /** What stands before its first line: `│  ├─ `. */
  readonly branch: string;
  /** What stands before its further lines: `│  │  │ `. */
  readonly rails: string;
}

interface Place<N> {
  readonly node: N;
  readonly depth: number;
  readonly isLast: boolean;
  /** The rails of the ancestors. */
  readonly rails: string;
}

const RAIL = '│  ';
const BLANK = '   ';

/** Levels that are indented, however wide the page is: a chain of spans gives text by its length, not by its square. */
const MAX_DEPTH = 40;

/**
 * Some trees as a list from top to bottom, with the lines that draw them.
 *
 * They are indented by at most 40 levels in `maxIndent` columns; nodes deeper than that stand below each other and
 * are marked with their depth.
 */
export function* outline<N extends Tree<N>>(roots: readonly N[], maxIndent = Infinity): Generator<OutlineEntry<N>> {
  const maxDepth = Math.min(MAX_DEPTH, Math.floor(maxIndent / RAIL.length));
  const waiting = roots.map((node): Place<N> => ({ node, depth: 0, isLast: true, rails: '' })).reverse();
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { node, depth, isLast, rails } = place;
    const { children } = node;
    const below = depth === 0 ? '' : rails + (isLast ? BLANK : RAIL);
    const deep = depth > maxDepth ? `⋯${depth} ` : '';
    yield {
      node,
      branch: depth === 0 ? '' : rails + deep + (isLast ? '└─ ' : '├─ '),
      rails: below + (children.length > 0 ? '│ ' : '  '),
    };
    for (let index = children.length - 1; index >= 0; index--) {
      waiting.push({
        node: children[index] as N,
        depth: depth + 1,
        isLast: index === children.length - 1,
        rails: depth > maxDepth ? rails : below,
      });
    }
  }
}

/** The first lines of some trees, a line for each node, and how many nodes are left out of all there are. */
export function treeLines<N extends Tree<N>>(
  roots: readonly N[],
  lineOf: (node: N) => string,
  maxLines: number,
  count: number,
): string[] {
  const lines: string[] = [];
  for (const { node, branch } of outline(roots)) {
    if (lines.length === maxLines) break;
    lines.push(branch + lineOf(node));
  }
  return count > lines.length ? [...lines, `⋯ ${count - lines.length} more`] : lines;
}
