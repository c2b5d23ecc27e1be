import type { Tree } from './tree.js';

/** A node with the characters that draw the tree. */
export interface OutlineEntry<N> {
  readonly node: N;
  /** Prefix of its first line: `│  ├─ `. */
  readonly branch: string;
  /** Prefix of its other lines: `│  │  │ `. */
  readonly rails: string;
}

interface Waiting<N> {
  readonly node: N;
  readonly depth: number;
  readonly isLast: boolean;
  /** The rails of the ancestors. */
  readonly rails: string;
}

const RAIL = '│  ';
const BLANK = '   ';

/** Maximum number of indented levels, so that the text of a long chain of spans grows linearly, not quadratically. */
const MAX_DEPTH = 40;

/**
 * Lists the nodes of trees from top to bottom, with the characters that draw the trees.
 *
 * Indents at most 40 levels and at most `maxIndent` columns. Deeper nodes are not indented further, but marked with
 * their depth.
 */
export function* outline<N extends Tree<N>>(roots: readonly N[], maxIndent = Infinity): Generator<OutlineEntry<N>> {
  const maxDepth = Math.min(MAX_DEPTH, Math.floor(maxIndent / RAIL.length));
  const waiting = roots.map((node): Waiting<N> => ({ node, depth: 0, isLast: true, rails: '' })).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, depth, isLast, rails } = next;
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

/** Draws trees with one line per node, at most `maxLines`, followed by the number of nodes left out of `count`. */
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
