import type { HistoryContract, QueryContract, TimeWindow } from '../engine/contract.js';
import type { TraceRow } from '../model/trace-row.js';
import type { Budget } from './budget.js';

const START: ScanPlace = { before: undefined, span: 0 };

/** Where a scan was interrupted. The next one starts with the newest trace older than `before`, at its span number `span`. */
export interface ScanPlace {
  readonly before: number | undefined;
  readonly span: number;
}

/**
 * Scans the retained traces of a window, newest first, as far as time allows. The window applies to the arrival of a
 * trace.
 *
 * Each scan makes progress: it reads at least one trace, or some spans of it.
 */
export class Scan {
  readonly #history: HistoryContract;
  readonly #window: TimeWindow;
  readonly #budget: Budget;
  #position: number | undefined;
  /** The span at which the search of the next trace begins. */
  #span: number;
  #givenUp = 0;

  constructor(history: HistoryContract, window: TimeWindow, budget: Budget, { before, span }: ScanPlace = START) {
    this.#history = history;
    this.#window = window;
    this.#budget = budget;
    this.#position = before;
    this.#span = span;
  }

  get place(): ScanPlace {
    return { before: this.#position, span: this.#span };
  }

  get interrupted(): boolean {
    return this.#budget.over;
  }

  /** Number of traces skipped because testing them takes longer than one scan may. Whether they match is unknown. */
  get givenUp(): number {
    return this.#givenUp;
  }

  *traces(): Generator<TraceRow> {
    const { from, to } = this.#window;
    for (const trace of this.#history.newestFirst(this.#position)) {
      if (this.#budget.over) return;
      const at = this.#history.arrivedAt(trace.id) ?? to;
      if (at < from) return;
      this.#position = trace.id;
      if (at < to) yield trace;
      this.#budget.spend(trace.spans.length);
    }
  }

  /**
   * Traces with at least one matching span.
   *
   * If time runs out within a trace, the next scan continues there. If a whole scan is not enough to test one span, or
   * a condition on all spans, the trace is skipped and counted. This bounds every search, even with a deliberately slow
   * pattern.
   */
  *matching(query: QueryContract): Generator<TraceRow> {
    let isFirst = true;
    for (const trace of this.traces()) {
      const from = this.#span;
      this.#span = 0;
      const found = query.empty || query.searchTrace(trace, this.#budget.isOver, from);
      if (found === true) yield trace;
      else if (found !== false) {
        if (isFirst && found.span === from) this.#givenUp++;
        else this.#returnTo(trace, found.span);
        return;
      }
      isFirst = false;
    }
  }

  #returnTo({ id }: TraceRow, span: number): void {
    this.#position = id + 1;
    this.#span = span;
  }
}
