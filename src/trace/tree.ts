/** A node of any tree. */
export interface Tree<N> {
  readonly children: readonly N[];
}

/** An item in its place. */
export interface TreeNode<T> {
  readonly item: T;
  /** In the order of the items. */
  readonly children: TreeNode<T>[];
  /** Whether the item names a parent that is not among the items. */
  readonly parentMissing: boolean;
}

/** How the items of a tree refer to each other. */
export interface TreeKeys<T> {
  /** Undefined for an item that is nobody's parent. */
  readonly id: (item: T) => unknown;
  /** Undefined for an item without a parent. */
  readonly parentId: (item: T) => unknown;
  /** The order of siblings and of roots. If left out, the order in which the items are given. */
  readonly order?: (a: T, b: T) => number;
}

/** In place of the index of a parent. */
const NONE = -1;

/**
 * Puts each item below its parent, and returns the roots. Every item has exactly one place.
 *
 * An item whose parent is missing is a root. Items that claim each other as parents form a ring, which no root leads
 * to: the first of them becomes a root; so does an item that claims itself. Of items that share an id, the last one
 * has the children. Takes time in proportion to the number of items, however deep the tree is.
 */
export function buildTree<T>(items: readonly T[], { id, parentId, order }: TreeKeys<T>): TreeNode<T>[] {
  const sorted = order === undefined ? items : items.toSorted(order);
  const indexOf = new Map<unknown, number>();
  for (const [index, item] of sorted.entries()) {
    const key = id(item);
    if (key !== undefined) indexOf.set(key, index);
  }

  const parents: number[] = [];
  const nodes = sorted.map((item): TreeNode<T> => {
    const parent = parentId(item);
    const index = parent === undefined ? undefined : indexOf.get(parent);
    parents.push(index ?? NONE);
    return { item, children: [], parentMissing: parent !== undefined && index === undefined };
  });
  cutRings(parents);
  const roots: TreeNode<T>[] = [];
  for (const [index, node] of nodes.entries()) (nodes[parents[index] as number]?.children ?? roots).push(node);
  return roots;
}

/** Takes the first member of each ring out of its parent. */
function cutRings(parents: number[]): void {
  /** By index, the way on which an item was first passed: 1 + the index that the way began at. */
  const passedOn = new Uint32Array(parents.length);
  for (let start = 0; start < parents.length; start++) {
    let index = start;
    while (index !== NONE && passedOn[index] === 0) {
      passedOn[index] = start + 1;
      index = parents[index] as number;
    }
    if (index !== NONE && passedOn[index] === start + 1) parents[firstInRing(parents, index)] = NONE;
  }
}

function firstInRing(parents: readonly number[], member: number): number {
  let first = member;
  for (let index = parents[member] as number; index !== member; index = parents[index] as number) {
    first = Math.min(first, index);
  }
  return first;
}
