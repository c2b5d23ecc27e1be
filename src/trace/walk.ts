import type { Tree } from './tree.js';

/** Visits nodes and all their descendants, parents before children. */
export function walk<N extends Tree<N>>(roots: readonly N[], visit: (node: N, depth: number) => void): void {
  const waiting = roots.map((node) => ({ node, depth: 0 })).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, depth } = next;
    visit(node, depth);
    for (let index = node.children.length - 1; index >= 0; index--) {
      waiting.push({ node: node.children[index] as N, depth: depth + 1 });
    }
  }
}

/** Returns nodes and all their descendants, parents before children. */
export function nodesOf<N extends Tree<N>>(roots: readonly N[]): N[] {
  const nodes: N[] = [];
  walk(roots, (node) => nodes.push(node));
  return nodes;
}

/** Maps each node of the trees, from the leaves up. */
export function mapTree<N extends Tree<N>, R>(roots: readonly N[], make: (node: N, children: R[]) => R): R[] {
  const made = new Map<N, R>();
  const madeOf = (nodes: readonly N[]): R[] => nodes.map((node) => made.get(node) as R);
  for (const node of nodesOf(roots).reverse()) made.set(node, make(node, madeOf(node.children)));
  return madeOf(roots);
}
