import type { SpanRow } from '../model/span-row.js';
import { StackNode } from './stack-node.js';
import { bounded, copied } from './text.js';

/** Share of the nodes folded at once. */
const FOLDED_SHARE = 0.1;

/** Ids of the two permanent nodes. */
export const ALL_ROOTS = 0;
const OTHERS = 1;

/**
 * All call paths, at most `maxNodes`. Past that, the least used leaves are folded into `(others)`, a tenth of the bound
 * at a time. Ids ascend and are never reused, so an id without a node belongs to a folded node.
 */
export class StackTree {
  readonly #maxNodes: number;
  #nextId = 2;
  readonly #nodes = new Map<number, StackNode>();
  readonly #roots = new Map<string, StackNode>();
  readonly #detached = new Map<string, StackNode>();
  /** Number of the part of a trace during which nothing could be folded. */
  #fullInPart = -1;
  allRoots = new StackNode(ALL_ROOTS, undefined, '(roots)', 0, '');
  others = new StackNode(OTHERS, undefined, '(others)', 0, '');

  constructor(maxNodes: number) {
    this.#maxNodes = maxNodes;
  }

  get size(): number {
    return this.#nodes.size;
  }

  *all(): Generator<StackNode> {
    yield this.allRoots;
    yield this.others;
    yield* this.#nodes.values();
  }

  /** A new id, for anything shown beside nodes. */
  newId(): number {
    return this.#nextId++;
  }

  /** The node under which calls with this id count now. */
  get(id: number): StackNode {
    if (id === ALL_ROOTS) return this.allRoots;
    return this.#nodes.get(id) ?? this.others;
  }

  root(span: SpanRow, part: number): StackNode {
    return this.#childOf(undefined, this.#roots, span, part);
  }

  /** The node for a span whose parent was never seen. */
  detached(span: SpanRow, part: number): StackNode {
    return this.#childOf(undefined, this.#detached, span, part);
  }

  child(parent: StackNode, span: SpanRow, part: number): StackNode {
    // `(others)` has no children.
    return parent === this.others
      ? parent
      : this.#childOf(parent, (parent.children ??= new Map<string, StackNode>()), span, part);
  }

  /** Folds the least used leaves: at least one, unless all are in use by this part of a trace. */
  fold(part: number): boolean {
    const aim = Math.max(1, Math.floor(this.#maxNodes * FOLDED_SHARE));
    let folded = 0;
    while (folded < aim) {
      const leaves = [...this.#nodes.values()].filter(
        (node) => (node.children === undefined || node.children.size === 0) && node.part !== part,
      );
      if (leaves.length === 0) break;
      leaves.sort((a, b) => a.calls - b.calls || a.usedAt - b.usedAt);
      for (const leaf of leaves.slice(0, aim - folded)) this.#foldOne(leaf);
      folded += Math.min(leaves.length, aim - folded);
    }
    return folded > 0;
  }

  clear(): void {
    this.#nodes.clear();
    this.#roots.clear();
    this.#detached.clear();
    this.allRoots = new StackNode(ALL_ROOTS, undefined, '(roots)', 0, '');
    this.others = new StackNode(OTHERS, undefined, '(others)', 0, '');
  }

  #childOf(parent: StackNode | undefined, siblings: Map<string, StackNode>, span: SpanRow, part: number): StackNode {
    const name = bounded(span.name);
    const scope = bounded(span.scope);
    const first = siblings.get(name);
    for (let node = first; node !== undefined; node = node.namesake) {
      if (node.kind === span.kind && node.scope === scope) return node;
    }
    if (!this.#hasRoom(part)) return this.others;
    const node = new StackNode(this.newId(), parent, copied(name), span.kind, copied(scope));
    node.namesake = first;
    siblings.set(node.name, node);
    this.#nodes.set(node.id, node);
    return node;
  }

  #hasRoom(part: number): boolean {
    if (this.#nodes.size < this.#maxNodes) return true;
    if (this.#fullInPart === part) return false;
    if (this.fold(part)) return true;
    this.#fullInPart = part;
    return false;
  }

  #foldOne(node: StackNode): void {
    this.others.totals.merge(node.totals);
    this.others.live.merge(node.live);
    node.live.reset();
    node.examples.release();
    this.#nodes.delete(node.id);
    const siblings = this.#siblingsOf(node);
    const first = siblings.get(node.name)!;
    if (first !== node) {
      let before = first;
      while (before.namesake !== node) before = before.namesake!;
      before.namesake = node.namesake;
    } else if (node.namesake === undefined) siblings.delete(node.name);
    else siblings.set(node.name, node.namesake);
  }

  #siblingsOf(node: StackNode): Map<string, StackNode> {
    if (node.parent?.children !== undefined) return node.parent.children;
    for (let root = this.#roots.get(node.name); root !== undefined; root = root.namesake) {
      if (root === node) return this.#roots;
    }
    return this.#detached;
  }
}
