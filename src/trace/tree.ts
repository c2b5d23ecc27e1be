export interface Tree<N> {
  readonly children: readonly N[];
}

export interface TreeNode<T> {
  readonly item: T;
  /** In item order. */
  readonly children: TreeNode<T>[];
  /** Whether the item has a parent id that no item has. */
  readonly parentMissing: boolean;
}

/** How the items of a tree refer to each other. */
export interface TreeKeys<T> {
  /** Undefined for an item that cannot be a parent. */
  readonly id: (item: T) => unknown;
  /** Undefined for an item without a parent. */
  readonly parentId: (item: T) => unknown;
  /** The order of siblings and roots. Default: the order in which the items are passed. */
  readonly order?: (a: T, b: T) => number;
}

/** The parent index of an item without a parent. */
const NONE = -1;

/**
 * Builds trees and returns their roots. Each item occurs exactly once.
 *
 * An item whose parent is missing is a root. If parent ids form a cycle, its first item becomes a root; so does an item
 * that is its own parent. If several items share an id, the last one gets the children. Takes linear time, plus the
 * time for sorting if there is an order.
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
    const index = indexOf.get(parent);
    parents.push(index ?? NONE);
    return { item, children: [], parentMissing: parent !== undefined && index === undefined };
  });
  cutCycles(parents);
  const roots: TreeNode<T>[] = [];
  for (const [index, node] of nodes.entries()) (nodes[parents[index] as number]?.children ?? roots).push(node);
  return roots;
}

/** Removes the parent of the first item of each cycle. */
function cutCycles(parents: number[]): void {
  /** For each item, the path on which it was first visited: 1 + the index at which the path began. */
  const visitedOn = new Uint32Array(parents.length);
  for (let start = 0; start < parents.length; start++) {
    let index = start;
    while (index !== NONE && visitedOn[index] === 0) {
      visitedOn[index] = start + 1;
      index = parents[index] as number;
    }
    if (index !== NONE && visitedOn[index] === start + 1) parents[firstInCycle(parents, index)] = NONE;
  }
}

function firstInCycle(parents: readonly number[], member: number): number {
  let first = member;
  for (let index = parents[member] as number; index !== member; index = parents[index] as number) {
    first = Math.min(first, index);
  }
  return first;
}
