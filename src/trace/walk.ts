import type { Tree } from './tree.js';

/** Visits some nodes and all below them, each before its children. */
export function walk<N extends Tree<N>>(roots: readonly N[], visit: (node: N, depth: number) => void): void {
  const waiting = roots.map((node) => ({ node, depth: 0 })).reverse();
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { node, depth } = place;
    visit(node, depth);
    for (let index = node.children.length - 1; index >= 0; index--) {
      waiting.push({ node: node.children[index] as N, depth: depth + 1 });
    }
  }
}

/** Some nodes and all below them, each before its children. */
export function nodesOf<N extends Tree<N>>(roots: readonly N[]): N[] {
  const nodes: N[] = [];
  walk(roots, (node) => nodes.push(node));
  return nodes;
}

/** Makes another tree of the same shape, from the leaves up. */
export function mapTree<N extends Tree<N>, R>(roots: readonly N[], make: (node: N, children: R[]) => R): R[] {
  const made = new Map<N, R>();
  const madeOf = (nodes: readonly N[]): R[] => nodes.map((node) => made.get(node) as R);
  for (const node of nodesOf(roots).reverse()) made.set(node, make(node, madeOf(node.children)));
  return madeOf(roots);
}
