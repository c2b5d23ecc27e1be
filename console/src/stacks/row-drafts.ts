import type { StackRow } from '../api/schemas.js';
import type { TimeWindow } from '../engine/contract.js';
import { type StackNode, kindText } from './stack-node.js';
import { Tally } from './tally.js';

const SPARK_PARTS = 30;

/** A row while its figures are being added up. */
export interface RowDraft {
  readonly id: number;
  readonly parent: RowDraft | undefined;
  readonly node: StackNode;
  readonly value: string | null;
  readonly tally: Tally;
  readonly spark: number[];
  before: Tally | undefined;
  /** With a split, the rows below it, by node and value. */
  readonly below: Map<StackNode, Map<string | null, RowDraft>>;
}

/** Rows of an answer while its slots or traces are being added up. All ancestors of a row are included. */
export class RowDrafts {
  readonly #window: TimeWindow;
  readonly #drafts = new Map<number, RowDraft>();
  /** With a split, the rows at the top. */
  readonly #top: RowDraft['below'] = new Map();
  /** Total milliseconds of all roots. */
  rootMillis = 0;

  constructor(window: TimeWindow) {
    this.#window = window;
  }

  get size(): number {
    return this.#drafts.size;
  }

  /** The row of a node, without a split. */
  ofNode(node: StackNode): RowDraft {
    const known = this.#drafts.get(node.id);
    if (known !== undefined) return known;
    return this.add(node.id, node, null, node.parent === undefined ? undefined : this.ofNode(node.parent));
  }

  add(id: number, node: StackNode, value: string | null, parent: RowDraft | undefined): RowDraft {
    const spark = new Array<number>(SPARK_PARTS).fill(0);
    const draft = { id, parent, node, value, tally: new Tally(), spark, before: undefined, below: new Map() };
    this.#drafts.set(id, draft);
    return draft;
  }

  /** With a split, the rows of a node by value, below this row or at the top. */
  byValue(parent: RowDraft | undefined, node: StackNode): Map<string | null, RowDraft> {
    const below = parent?.below ?? this.#top;
    let rows = below.get(node);
    if (rows === undefined) below.set(node, (rows = new Map<string | null, RowDraft>()));
    return rows;
  }

  /** Counts calls at this time in the sparkline. */
  sparkle({ spark }: RowDraft, at: number, calls: number): void {
    const { from, to } = this.#window;
    const part = Math.floor(((at - from) / (to - from)) * SPARK_PARTS);
    spark[Math.min(Math.max(part, 0), SPARK_PARTS - 1) || 0]! += calls;
  }

  /** Rows in tree order; siblings by total time, longest first. */
  finish(beforeMillis: number): StackRow[] {
    const children = new Map<RowDraft | undefined, RowDraft[]>();
    for (const draft of this.#drafts.values()) {
      const siblings = children.get(draft.parent);
      if (siblings === undefined) children.set(draft.parent, [draft]);
      else siblings.push(draft);
    }
    for (const siblings of children.values()) siblings.sort((a, b) => b.tally.total - a.tally.total || a.id - b.id);
    const rows: StackRow[] = [];
    const waiting: { draft: RowDraft; depth: number }[] = [];
    const push = (parent: RowDraft | undefined, depth: number) => {
      for (const draft of (children.get(parent) ?? []).toReversed()) waiting.push({ draft, depth });
    };
    push(undefined, 0);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      rows.push(this.#toRow(next.draft, next.depth, beforeMillis));
      push(next.draft, next.depth + 1);
    }
    return rows;
  }

  #toRow({ id, parent, node, value, tally, spark, before }: RowDraft, depth: number, beforeMillis: number): StackRow {
    return {
      ...tally.figures(this.#window.to - this.#window.from),
      id,
      parent: parent?.id ?? null,
      depth,
      name: node.name,
      kind: kindText(node.kind),
      scope: node.scope,
      value,
      share: this.rootMillis > 0 ? tally.total / this.rootMillis : 0,
      spark,
      nPlusOne: node.repeatedAt >= this.#window.from,
      examples: node.examples.choose(this.#window),
      before: before === undefined ? null : before.figures(beforeMillis),
    };
  }
}
