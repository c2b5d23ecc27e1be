interface TreeNode<N> {
  readonly children: N[];
}

/**
 * Puts each node below its parent, and returns the roots; children and roots are in the order of the nodes.
 *
 * Nodes that claim each other as parents form a ring, which no root leads to: one node of each ring becomes a
 * root, behind the others, so that none is left out. Takes time by the number of nodes, however deep the tree is.
 */
export function linkChildren<N extends TreeNode<N>>(
  nodes: readonly N[],
  parentOf: (node: N) => N | undefined,
): N[] {
  const roots: N[] = [];
  for (const node of nodes) (parentOf(node)?.children ?? roots).push(node);

  const reached = new Set<N>();
  for (const root of roots) reach(root, reached);
  for (const node of nodes) {
    if (reached.has(node)) continue;
    const root = cutRing(node, parentOf);
    reach(root, reached);
    roots.push(root);
  }
  return roots;
}

/** Finds the ring that a node hangs on, by its parents, and takes one of the ring's nodes out of its parent. */
function cutRing<N extends TreeNode<N>>(start: N, parentOf: (node: N) => N | undefined): N {
  const seen = new Set<N>();
  let node = start;
  let parent = parentOf(node);
  while (parent !== undefined && !seen.has(node)) {
    seen.add(node);
    node = parent;
    parent = parentOf(node);
  }
  parent?.children.splice(parent.children.indexOf(node), 1);
  return node;
}

function reach<N extends TreeNode<N>>(start: N, reached: Set<N>): void {
  const waiting = [start];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    for (const child of node.children) waiting.push(child);
  }
}
