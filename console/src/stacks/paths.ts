import type { SpanRow } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';
import { SpanNodes } from './span-nodes.js';
import type { StackNode } from './stack-node.js';
import type { StackTree } from './stack-tree.js';

/** How long a late span can still find the node of its parent. */
const PARENT_SECONDS = 600;

/** The nodes of a trace's spans and the indexes of their parents, at the index of each span. Valid until the next call. */
export interface Placement {
  readonly nodes: readonly StackNode[];
  /** Negative if the parent is not in this part of the trace. */
  readonly parents: Int32Array;
}

/**
 * Finds the node of each span: from its parent in the trace, else from the parent's id; otherwise it gets a node of its
 * own.
 */
export class Paths {
  readonly #tree: StackTree;
  readonly #spans = new SpanNodes();
  readonly #nodes: StackNode[] = [];
  #parents = new Int32Array(64);
  #part = 0;

  constructor(tree: StackTree) {
    this.#tree = tree;
  }

  /** Number of the part placed last. */
  get part(): number {
    return this.#part;
  }

  /** Places the spans of a new part, and creates the nodes that it needs. */
  place(trace: TraceRow, now: number): Placement {
    const { spans } = trace;
    this.#part++;
    this.#reserve(spans.length);
    this.#spans.begin(trace.traceId, now);
    const second = Math.floor(now / 1_000) >>> 0;
    let parentId: string | undefined;
    let parent: StackNode | undefined;
    let parentIndex = -1;
    for (let i = 0; i < spans.length; i++) {
      const span = spans[i]!;
      if (isLocalRoot(span)) {
        this.#parents[i] = -1;
        this.#put(i, span, this.#tree.root(span, this.#part), now);
        continue;
      }
      // Siblings usually follow each other.
      if (span.parentSpanId !== parentId || parent === undefined) {
        parentId = span.parentSpanId!;
        parent = undefined;
        parentIndex = -1;
        if (this.#spans.find(parentId) && second - this.#spans.foundSecond <= PARENT_SECONDS) {
          parentIndex = this.#spans.foundIndex;
          parent = parentIndex >= 0 ? this.#nodes[parentIndex] : this.#tree.get(this.#spans.foundNode);
        }
      }
      this.#parents[i] = parentIndex;
      const node =
        parent === undefined ? this.#tree.detached(span, this.#part) : this.#tree.child(parent, span, this.#part);
      this.#put(i, span, node, now);
    }
    return { nodes: this.#nodes, parents: this.#parents };
  }

  /** The same for an earlier part. A part that was never placed, or has been forgotten, is placed. */
  recall(trace: TraceRow, now: number): Placement {
    const { spans } = trace;
    this.#reserve(spans.length);
    if (spans.length > 0 && !this.#spans.return(trace.traceId, spans[0]!.spanId)) return this.place(trace, now);
    let parentId: string | undefined;
    let parentIndex = -1;
    for (let i = 0; i < spans.length; i++) {
      const span = spans[i]!;
      const id = this.#spans.nodeAt(i, span.spanId);
      if (id === undefined) return this.place(trace, now);
      this.#nodes[i] = this.#tree.get(id);
      if (isLocalRoot(span)) {
        this.#parents[i] = -1;
        continue;
      }
      if (span.parentSpanId !== parentId || parentIndex < 0) {
        parentId = span.parentSpanId!;
        parentIndex = this.#spans.find(parentId) ? this.#spans.foundIndex : -1;
        // A later part may have reused the id.
        if (parentIndex >= i || spans[parentIndex]?.spanId !== parentId) parentIndex = -1;
      }
      this.#parents[i] = parentIndex;
    }
    return { nodes: this.#nodes, parents: this.#parents };
  }

  /** Id of the node under which the span was counted on arrival. */
  idOf(span: SpanRow): number | undefined {
    return this.#spans.nodeOf(span.traceId, span.spanId);
  }

  clear(): void {
    this.#spans.clear();
    this.#nodes.length = 0;
  }

  #put(index: number, span: SpanRow, node: StackNode, now: number): void {
    if (node.part !== this.#part) node.callsInPart = 0;
    node.part = this.#part;
    node.usedAt = now;
    this.#nodes[index] = node;
    this.#spans.add(span.spanId, node.id);
  }

  #reserve(length: number): void {
    if (length > this.#parents.length) this.#parents = new Int32Array(2 ** Math.ceil(Math.log2(length)));
    this.#nodes.length = length;
  }
}

export function isLocalRoot({ parentSpanId, parentIsRemote }: SpanRow): boolean {
  return parentSpanId === undefined || parentIsRemote;
}
