import { SelfTimes } from '../analysis/self-time.js';
import type { TimeMap, StackRow } from '../api/schemas.js';
import type { TimeWindow } from '../engine/contract.js';
import { type SpanRow, hasFailed } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';
import type { Arrivals } from './arrivals.js';
import { isLate, millisOf } from './lateness.js';
import { type Paths, isLocalRoot } from './paths.js';
import { type RowDraft, RowDrafts } from './row-drafts.js';
import { type SplitIds, valuesOf } from './split.js';
import type { StackNode } from './stack-node.js';
import type { StackTree } from './stack-tree.js';
import { TimeBins } from './time-bins.js';

/** Maximum number of rows of an answer. Calls of further rows count under `(others)`. */
const MAX_ROWS = 2_000;

type Matches = (span: SpanRow, trace: TraceRow) => boolean;

/** A trace that arrived in the window, with the nodes, parents and self times of its spans. */
interface Placed {
  readonly trace: TraceRow;
  readonly at: number;
  readonly nodes: readonly StackNode[];
  readonly parents: Int32Array;
}

/** Computes the figures of the aggregates from retained traces, for spans selected by a predicate. */
export class Retained {
  readonly #tree: StackTree;
  readonly #paths: Paths;
  readonly #arrivals: Arrivals;
  readonly #splits: SplitIds;
  readonly #selfTimes = new SelfTimes();

  constructor(tree: StackTree, paths: Paths, arrivals: Arrivals, splits: SplitIds) {
    this.#tree = tree;
    this.#paths = paths;
    this.#arrivals = arrivals;
    this.#splits = splits;
  }

  /** @param covered part of the window that rates and sparklines refer to */
  rows(
    traces: Iterable<TraceRow>,
    window: TimeWindow,
    matches: Matches,
    { covered, split }: { readonly covered: TimeWindow; readonly split: string | undefined },
  ): StackRow[] {
    const drafts = new RowDrafts(covered);
    for (const placed of this.#placed(traces, window)) {
      const { trace, at, nodes, parents } = placed;
      addRoots(drafts, trace, at);
      if (!trace.spans.some((span) => matches(span, trace))) continue;
      const self = this.#selfTimes.of(trace.spans, parents);
      const rowOf = split === undefined ? rowByNode(drafts, nodes) : this.#rowBySplit(drafts, placed, split);
      for (const [i, span] of trace.spans.entries()) {
        if (isLate(span, at) || !matches(span, trace)) continue;
        const draft = rowOf(i);
        const duration = millisOf(span);
        draft.tally.add(duration, Math.min(self[i]!, duration), hasFailed(span));
        drafts.sparkle(draft, at, 1);
      }
    }
    return drafts.finish(0);
  }

  time(
    traces: Iterable<TraceRow>,
    window: TimeWindow,
    matches: Matches,
    stack: number | undefined,
    now: number,
  ): Omit<TimeMap, 'coverage' | 'partial'> {
    const bins = new TimeBins(window, now);
    for (const placed of this.#placed(traces, bins)) {
      const { trace, at } = placed;
      const isChosen = this.#isInStack(placed, stack);
      for (const [i, span] of trace.spans.entries()) {
        if (!isChosen(i) || isLate(span, at) || !matches(span, trace)) continue;
        const duration = millisOf(span);
        bins.at(at).add(duration, duration, hasFailed(span));
      }
    }
    return bins.finish();
  }

  *#placed(traces: Iterable<TraceRow>, window: TimeWindow): Generator<Placed> {
    for (const trace of traces) {
      const at = this.#arrivals.get(trace.id) ?? trace.start + trace.duration;
      if (at >= window.from && at < window.to) yield { trace, at, ...this.#paths.recall(trace, at) };
    }
  }

  #isInStack({ trace, nodes, parents }: Placed, stack: number | undefined): (index: number) => boolean {
    if (stack === undefined) return () => true;
    const row = this.#splits.get(stack);
    if (row === undefined) return (index) => nodes[index]!.id === stack;
    const values = valuesOf(row.key, trace.spans, parents);
    return (index) => nodes[index]!.id === row.node && values[index] === row.value;
  }

  /** One row per node and value, below the row of the parent span. */
  #rowBySplit(drafts: RowDrafts, { trace, nodes, parents }: Placed, key: string): (index: number) => RowDraft {
    const values = valuesOf(key, trace.spans, parents);
    const rows: (RowDraft | undefined)[] = [];
    const rowOf = (index: number): RowDraft => (rows[index] ??= this.#splitRow(drafts, key, place(index)));
    const place = (index: number) => {
      const parent = parents[index]!;
      const node = nodes[index]!;
      const parentRow = parent >= 0 ? rowOf(parent) : node.parent && this.#ancestorRow(drafts, key, node.parent);
      return { parentRow, node, value: values[index]! };
    };
    return rowOf;
  }

  /** Row of a node whose span is in another part of the trace, so that its value is unknown. */
  #ancestorRow(drafts: RowDrafts, key: string, node: StackNode): RowDraft {
    const parentRow = node.parent && this.#ancestorRow(drafts, key, node.parent);
    return this.#splitRow(drafts, key, { parentRow, node, value: null });
  }

  #splitRow(
    drafts: RowDrafts,
    key: string,
    { parentRow, node, value }: { parentRow: RowDraft | undefined; node: StackNode; value: string | null },
  ): RowDraft {
    const { others } = this.#tree;
    if (node === others) return drafts.ofNode(others);
    const parent = parentRow?.node === others ? undefined : parentRow;
    const rows = drafts.byValue(parent, node);
    const known = rows.get(value);
    if (known !== undefined) return known;
    if (drafts.size >= MAX_ROWS) return drafts.ofNode(others);
    const row = drafts.add(this.#splits.of(key, parent?.id, node.id, value), node, value, parent);
    rows.set(value, row);
    return row;
  }
}

function rowByNode(drafts: RowDrafts, nodes: readonly StackNode[]): (index: number) => RowDraft {
  return (index) => drafts.ofNode(nodes[index]!);
}

function addRoots(drafts: RowDrafts, { spans }: TraceRow, at: number): void {
  for (const span of spans) if (isLocalRoot(span) && !isLate(span, at)) drafts.rootMillis += millisOf(span);
}
