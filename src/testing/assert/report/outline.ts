import type { CapturedNode } from '../../captured.js';
import { nodesOf } from '../../snapshot/descendants.js';
import { firstFrom } from '../comparison/places.js';

/** Spans up to which all are shown. Of more, as many: those asked for, and some of what is above them. */
const MAX_SPANS = 60;
/** Spans that are shown above one that is asked for. */
const MAX_ABOVE = 10;

/** What stands on one line of an outline. */
export interface Entry {
  /** Undefined where spans are left out. */
  readonly node: CapturedNode | undefined;
  /** How many are left out here. */
  readonly hidden: number;
  /** The spans to be drawn below those that are left out. */
  readonly tops: readonly CapturedNode[];
}

/** Trees of which not all spans are shown: those asked for, and how many are left out in between. */
export class Outline {
  readonly #nodes: readonly CapturedNode[];
  readonly #indexOf = new Map<CapturedNode, number>();
  readonly #parentOf = new Map<CapturedNode, CapturedNode>();
  /** By index: where what is below the span ends. */
  readonly #endOf: number[] = [];
  /** By index, in ascending order. */
  readonly #shown: readonly number[];

  /** @param wanted the spans to show, the most important first */
  constructor(roots: readonly CapturedNode[], wanted: readonly CapturedNode[]) {
    this.#nodes = nodesOf(roots);
    for (const [index, node] of this.#nodes.entries()) {
      this.#indexOf.set(node, index);
      for (const child of node.children) this.#parentOf.set(child, node);
    }
    for (let index = this.#nodes.length - 1; index >= 0; index--) {
      const last = this.#nodes[index]?.children.at(-1);
      this.#endOf[index] = last === undefined ? index + 1 : this.#end(last);
    }
    const shown = this.#nodes.length <= MAX_SPANS ? this.#nodes : [...this.#chosen(roots, wanted)];
    this.#shown = shown.map((node) => this.#index(node)).sort((a, b) => a - b);
  }

  /** Some spans of one parent, or roots. */
  entries(nodes: readonly CapturedNode[]): Entry[] {
    const entries: Entry[] = [];
    let hidden = 0;
    const leaveOut = (): void => {
      if (hidden > 0) entries.push({ node: undefined, hidden, tops: [] });
      hidden = 0;
    };
    for (const node of nodes) {
      const size = this.#end(node) - this.#index(node);
      const tops = this.#topsIn(node);
      if (tops.length === 0) {
        hidden += size;
        continue;
      }
      leaveOut();
      if (tops[0] === node) entries.push({ node, hidden: 0, tops: [] });
      else entries.push({ node: undefined, hidden: size - this.#sizeOf(tops), tops });
    }
    leaveOut();
    return entries;
  }

  below({ node, tops }: Entry): Entry[] {
    return node === undefined ? this.entries(tops) : this.entries(node.children);
  }

  #chosen(roots: readonly CapturedNode[], wanted: readonly CapturedNode[]): Set<CapturedNode> {
    const chosen = new Set<CapturedNode>();
    for (const node of wanted) {
      if (chosen.size >= MAX_SPANS) break;
      for (const near of this.#withAncestors(node)) chosen.add(near);
    }
    for (const root of roots) {
      if (chosen.size >= MAX_SPANS) break;
      chosen.add(root);
    }
    return chosen;
  }

  /** The span, and the nearest above it. */
  #withAncestors(node: CapturedNode): CapturedNode[] {
    const near: CapturedNode[] = [];
    let above: CapturedNode | undefined = node;
    for (; above !== undefined && near.length <= MAX_ABOVE; above = this.#parentOf.get(above)) near.push(above);
    return near;
  }

  /** The spans to show, of the span and those below it, that have none above them to show. */
  #topsIn(node: CapturedNode): CapturedNode[] {
    const tops: CapturedNode[] = [];
    const end = this.#end(node);
    let next = firstFrom(this.#shown, this.#index(node));
    while (next < this.#shown.length && (this.#shown[next] as number) < end) {
      const top = this.#nodes[this.#shown[next] as number] as CapturedNode;
      tops.push(top);
      next = firstFrom(this.#shown, this.#end(top));
    }
    return tops;
  }

  #sizeOf(nodes: readonly CapturedNode[]): number {
    return nodes.reduce((sum, node) => sum + this.#end(node) - this.#index(node), 0);
  }

  #index(node: CapturedNode): number {
    return this.#indexOf.get(node) as number;
  }

  #end(node: CapturedNode): number {
    return this.#endOf[this.#index(node)] as number;
  }
}
