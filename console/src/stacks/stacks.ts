import { MIN_CALLS, isCall, repeatedCalls } from '../analysis/n-plus-one.js';
import { buildRowTree } from '../analysis/row-tree.js';
import { SelfTimes } from '../analysis/self-time.js';
import type { Figures, StackRow, TimeMap } from '../api/schemas.js';
import type { ExampleTrace, StacksContract, TimeWindow } from '../engine/contract.js';
import { type SpanRow, hasFailed } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';
import { Arrivals } from './arrivals.js';
import { cellOf } from './histogram.js';
import { LATE_MILLIS, isLate, millisOf } from './lateness.js';
import { type Mark, Marks } from './marks.js';
import { Paths, isLocalRoot } from './paths.js';
import { Retained } from './retained.js';
import { RowDrafts } from './row-drafts.js';
import { entryOf, middleOf, packSlot } from './slot.js';
import { LEVELS, SlotSeries } from './slot-series.js';
import { SplitIds } from './split.js';
import type { StackNode } from './stack-node.js';
import { ALL_ROOTS, StackTree } from './stack-tree.js';
import { Tally } from './tally.js';
import { TimeBins } from './time-bins.js';

const SECOND = 1_000;

/** Older calls are only in the totals. */
const KEPT_MILLIS = LEVELS[2].keptMillis;

export interface StacksOptions {
  /** Maximum number of call paths. Default 2,000. */
  readonly maxNodes?: number;
  /** Maximum bytes of slots and histograms. Default 32 MB. */
  readonly maxBytes?: number;
  /** Start of the counted time. Default: the first time passed in. */
  readonly since?: number;
}

/**
 * Call paths with counts and latency histograms, by time.
 *
 * Each node has a live tally. Once a second, and before each answer, the live tallies are packed into a slot of the
 * series and merged into the totals. Slots follow the arrival of a trace, so that a sender's clock cannot move the
 * axis; a span that ended an hour or more from its arrival only counts in `late` and in the totals. A span that arrives
 * in a later part than its parent counts below the parent, but no longer changes the parent's self time. This is the
 * only difference from the self times shown for a trace.
 */
export class Stacks implements StacksContract {
  readonly #maxNodes: number;
  readonly #maxBytes: number;
  readonly #tree: StackTree;
  readonly #paths: Paths;
  readonly #series: SlotSeries;
  readonly #marks = new Marks();
  readonly #arrivals = new Arrivals();
  readonly #splits: SplitIds;
  readonly #retained: Retained;
  readonly #selfTimes = new SelfTimes();

  /** Nodes with calls in the current slot, except `(others)`. */
  readonly #active: StackNode[] = [];
  /** Arrival of the first call in that slot; undefined if there is none. */
  #first: number | undefined;
  /** The latest time passed in. */
  #now = -Infinity;
  /** Start of the counted time. */
  #since: number | undefined;
  #late = 0;

  constructor({ maxNodes = 2_000, maxBytes = 32 * 2 ** 20, since }: StacksOptions = {}) {
    this.#since = since;
    this.#maxNodes = maxNodes;
    this.#maxBytes = maxBytes;
    this.#tree = new StackTree(maxNodes);
    this.#paths = new Paths(this.#tree);
    this.#series = new SlotSeries(maxBytes, (id) => this.#tree.get(id).id);
    this.#splits = new SplitIds(() => this.#tree.newId());
    this.#retained = new Retained(this.#tree, this.#paths, this.#arrivals, this.#splits);
  }

  /** A time before the latest one counts as the latest; if it is an hour or more before, the trace is late. */
  add(trace: TraceRow, now: number, example: ExampleTrace = alwaysThere(trace)): void {
    const hasGoneBack = now <= this.#now - LATE_MILLIS;
    this.#advanceTo(now);
    const at = this.#now;
    this.#arrivals.add(trace.id, hasGoneBack ? -Infinity : at);
    const { spans } = trace;
    const { nodes, parents } = this.#paths.place(trace, at);
    const self = this.#selfTimes.of(spans, parents);
    let mayRepeat = false;
    for (let i = 0; i < spans.length; i++) {
      const span = spans[i]!;
      const node = nodes[i]!;
      const duration = millisOf(span);
      const own = Math.min(self[i]!, duration);
      const failed = hasFailed(span);
      const late = hasGoneBack || isLate(span, at);
      if (late) this.#late++;
      this.#count(node, duration, own, failed, late);
      if (isLocalRoot(span)) this.#count(this.#tree.allRoots, duration, own, failed, late);
      else if (node !== this.#tree.others && isCall(span) && ++node.callsInPart === MIN_CALLS) mayRepeat = true;
      node.examples.add(example, duration, failed, at);
    }
    if (mayRepeat) noteRepeated(spans, nodes, at);
  }

  /**
   * With a mark, rows cover the part of the window from the mark on, and `before` has the figures before the mark:
   * since the previous mark, or else for as long as the window continues after the mark.
   */
  rows(window: TimeWindow, marked?: string): readonly StackRow[] {
    this.#pack();
    const mark = marked === undefined ? undefined : this.#marks.get(marked);
    const shown = mark === undefined ? window : { from: Math.max(window.from, mark.at), to: window.to };
    const drafts = new RowDrafts(this.#covered(shown));
    this.#addSlots(drafts, shown, mark?.era ?? 0);
    return drafts.finish(mark === undefined ? 0 : this.#addBefore(drafts, shown, mark));
  }

  rowsOf(
    traces: Iterable<TraceRow>,
    window: TimeWindow,
    matches: (span: SpanRow, trace: TraceRow) => boolean,
    split?: string,
  ): readonly StackRow[] {
    return this.#retained.rows(traces, window, matches, { covered: this.#covered(window), split });
  }

  /** Heatmap of the calls of a stack, or of all local roots. Ids of split rows are for `timeOf()`. */
  time(window: TimeWindow, stack?: number): Omit<TimeMap, 'coverage' | 'partial'> {
    this.#pack();
    const bins = new TimeBins(window, this.#now);
    const id = stack ?? ALL_ROOTS;
    for (const slot of this.#series.within(bins.from, bins.to)) {
      const entry = entryOf(slot, id);
      if (entry >= 0) bins.at(middleOf(slot)).mergeEntry(slot, entry);
    }
    return bins.finish();
  }

  timeOf(
    traces: Iterable<TraceRow>,
    window: TimeWindow,
    matches: (span: SpanRow, trace: TraceRow) => boolean,
    stack?: number,
  ): Omit<TimeMap, 'coverage' | 'partial'> {
    return this.#retained.time(traces, window, matches, stack, this.#now);
  }

  stackOf(span: SpanRow): number | undefined {
    const id = this.#paths.idOf(span);
    return id === undefined ? undefined : this.#tree.get(id).id;
  }

  percentileOf(span: SpanRow): number | undefined {
    this.#pack();
    const id = this.stackOf(span);
    if (id === undefined || id === this.#tree.others.id) return undefined;
    const { totals } = this.#tree.get(id);
    if (totals.calls === 0) return undefined;
    return totals.durations.countUpTo(cellOf(millisOf(span))) / totals.calls;
  }

  /** Figures since the start or the last clear, late calls included. */
  figuresOf(stack: number): Figures | undefined {
    this.#pack();
    const node = this.#tree.get(stack);
    if (node.id !== stack || node.totals.calls === 0) return undefined;
    return node.totals.figures(Math.max(SECOND, this.#now - this.#since!));
  }

  mark(name: string, now: number): void {
    this.#advanceTo(now);
    this.#pack();
    this.#marks.set(name, this.#now);
  }

  marks(): readonly { readonly name: string; readonly at: number }[] {
    return this.#marks.all().map(({ name, at }) => ({ name, at }));
  }

  clear(now: number): void {
    this.#advanceTo(now);
    this.#active.length = 0;
    this.#first = undefined;
    this.#tree.clear();
    this.#paths.clear();
    this.#series.clear();
    this.#marks.clear();
    this.#arrivals.clear();
    this.#splits.clear();
    this.#late = 0;
    this.#since = this.#now;
  }

  stats() {
    const { cells, bytes } = this.#histograms();
    return {
      nodes: this.#tree.size,
      maxNodes: this.#maxNodes,
      folded: this.#tree.others.calls,
      late: this.#late,
      dropped: this.#series.dropped,
      cells: this.#series.cells + cells,
      bytes: this.#series.bytes + bytes,
      maxBytes: this.#maxBytes,
    };
  }

  #count(node: StackNode, duration: number, self: number, failed: boolean, late: boolean): void {
    if (late) {
      node.totals.add(duration, self, failed);
      return;
    }
    this.#first ??= this.#now;
    if (node.live.calls === 0 && node !== this.#tree.others) this.#active.push(node);
    node.live.add(duration, self, failed);
  }

  #advanceTo(now: number): void {
    const before = this.#now;
    if (!(now > before) || now === Infinity) return;
    this.#since ??= now;
    if (Math.floor(now / 1_000) !== Math.floor(before / 1_000)) {
      this.#pack();
      this.#now = now;
      this.#keepBound();
    }
    this.#now = now;
  }

  /** The part of a window in which calls were counted, at least a second, to which rates and sparklines refer. */
  #covered({ from, to }: TimeWindow): TimeWindow {
    const since = Math.max(this.#since ?? from, this.#now - KEPT_MILLIS);
    return { from: Math.max(from, Math.min(since, to - SECOND)), to };
  }

  /** Packs the live tallies into a slot and merges them into the totals. */
  #pack(): void {
    if (this.#first === undefined) return;
    // A node that has been folded has no live calls.
    const nodes = [...this.#active, this.#tree.others].filter(({ live }) => live.calls > 0);
    const time = { number: Math.floor(this.#first / 1_000), era: this.#marks.era, first: this.#first, last: this.#now };
    this.#active.length = 0;
    this.#first = undefined;
    this.#series.add(
      packSlot(
        time,
        nodes.map(({ id, live }) => [id, live] as const),
      ),
    );
    for (const { totals, live } of nodes) {
      totals.merge(live);
      live.reset();
    }
  }

  /** The bound includes the histograms of nodes: if slots leave no room for them, nodes are folded. */
  #keepBound(): void {
    let { bytes } = this.#histograms();
    while (bytes > this.#maxBytes && this.#tree.fold(-1)) ({ bytes } = this.#histograms());
    this.#series.age(this.#now, bytes);
  }

  #histograms(): { cells: number; bytes: number } {
    let [cells, bytes] = [0, 0];
    for (const { totals, live } of this.#tree.all()) {
      cells += totals.allocated + live.allocated;
      bytes += totals.bytes + live.bytes;
    }
    return { cells, bytes };
  }

  #addSlots(drafts: RowDrafts, { from, to }: TimeWindow, firstEra: number): void {
    for (const slot of this.#series.within(from, to)) {
      if (slot.era < firstEra) continue;
      const at = middleOf(slot);
      for (let entry = 0; entry < slot.nodes.length; entry++) {
        const id = slot.nodes[entry]!;
        if (id === ALL_ROOTS) {
          drafts.rootMillis += slot.sums[entry * 5 + 2]!;
          continue;
        }
        const draft = drafts.ofNode(this.#tree.get(id));
        draft.tally.mergeEntry(slot, entry);
        drafts.sparkle(draft, at, slot.sums[entry * 5]!);
      }
    }
  }

  /** Returns the length of the period before the mark, in milliseconds. */
  #addBefore(drafts: RowDrafts, { from, to }: TimeWindow, mark: Mark): number {
    const previous = this.#marks.before(mark);
    const length = previous === undefined ? Math.max(0, to - from) : mark.at - previous.at;
    for (const slot of this.#series.within(mark.at - length, Infinity)) {
      if (slot.era >= mark.era) continue;
      if (previous !== undefined && slot.era < previous.era) continue;
      for (let entry = 0; entry < slot.nodes.length; entry++) {
        const id = slot.nodes[entry]!;
        if (id !== ALL_ROOTS) (drafts.ofNode(this.#tree.get(id)).before ??= new Tally()).mergeEntry(slot, entry);
      }
    }
    const covered = this.#covered({ from: mark.at - length, to: mark.at });
    return covered.to - covered.from;
  }
}

/** An example that no history evicts. */
function alwaysThere({ traceId }: TraceRow): ExampleTrace {
  return { traceId, uses: 0, isGone: false };
}

/** Marks the nodes of calls that were repeated in sequence in this part of a trace. */
function noteRepeated(spans: readonly SpanRow[], nodes: readonly StackNode[], at: number): void {
  const tree = buildRowTree(spans);
  const repeated = new Set<SpanRow>();
  for (const { calls } of repeatedCalls(tree)) for (const index of calls) repeated.add(tree.spans[index]!);
  for (const [i, span] of spans.entries()) if (repeated.has(span)) nodes[i]!.repeatedAt = at;
}
