import type { EventRow, LogRow, SpanRow, SeenProcess } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';
import type { TimeLimit } from './time-limit.js';

/** Self times of the spans of a trace in milliseconds, by row id. */
export type SelfOf = (trace: TraceRow) => ReadonlyMap<number, number>;

/** Number of spans between two checks of the clock. */
const BLOCK = 32;

/**
 * The subject of a test: a span, a log line of a span, or a log record without a span. One object is reused for all
 * spans, so that a search allocates nothing per span.
 */
export interface Subject {
  span: SpanRow | undefined;
  /** Index of the span in the trace; -1 if not determined yet. */
  index: number;
  view: TraceView | undefined;
  process: SeenProcess;
  /** The log line, if it is one. */
  event: EventRow | undefined;
  log: LogRow | undefined;
}

export type Test = (subject: Subject) => boolean;

/** One query's view of a trace. Computes parents, self times and relations once, on first use. */
export class TraceView {
  readonly trace: TraceRow;
  /** The span that `root.…` refers to. */
  readonly root: Subject;
  readonly #selfOf: SelfOf;
  readonly #limit: TimeLimit;
  readonly #marks: (Uint8Array | undefined)[] = [];
  readonly #counts: (number | undefined)[] = [];
  #self: ReadonlyMap<number, number> | undefined;
  #tree: Tree | undefined;
  #indices: Map<SpanRow, number> | undefined;
  #lastIndex = -1;

  constructor(trace: TraceRow, selfOf: SelfOf, limit: TimeLimit) {
    this.trace = trace;
    this.#selfOf = selfOf;
    this.#limit = limit;
    this.root = this.subjectOf(trace.root);
  }

  subjectOf(span: SpanRow): Subject {
    return { span, index: -1, view: this, process: span.process, event: undefined, log: undefined };
  }

  /** Self time in milliseconds; undefined for a span that the analysis has left out. */
  selfOf(span: SpanRow): number | undefined {
    this.#self ??= this.#selfOf(this.trace);
    return this.#self.get(span.id);
  }

  get tree(): Tree {
    this.#tree ??= new Tree(this.trace.spans);
    return this.#tree;
  }

  /** Index of the span in the trace, or -1. Cheap if called for the spans in order. */
  indexOf(span: SpanRow): number {
    const next = this.#lastIndex + 1;
    if (this.trace.spans[next] === span) this.#lastIndex = next;
    else if (this.trace.spans[this.#lastIndex] !== span) {
      this.#indices ??= new Map(this.trace.spans.map((each, index) => [each, index]));
      this.#lastIndex = this.#indices.get(span) ?? -1;
    }
    return this.#lastIndex;
  }

  /** Returns 1 for each span that passes. Computed once per `slot`. */
  marks(slot: number, compute: () => Uint8Array): Uint8Array {
    this.#marks[slot] ??= compute();
    return this.#marks[slot];
  }

  /** Number of spans that pass. Computed once per `slot`. */
  count(slot: number, test: Test): number {
    this.#counts[slot] ??= this.test(test).reduce((sum, mark) => sum + mark, 0);
    return this.#counts[slot];
  }

  /** 1 for each span that passes. */
  test(test: Test): Uint8Array {
    const marks = new Uint8Array(this.trace.spans.length);
    this.find(test, (index) => {
      marks[index] = 1;
      return false;
    });
    return marks;
  }

  /** Whether a span, from `from` on, passes and satisfies `isEnough`. @throws TIME_IS_OVER */
  find(test: Test, isEnough: (index: number) => boolean, from = 0): boolean {
    const { spans } = this.trace;
    const subject = this.subjectOf(this.trace.root);
    for (let index = from; index < spans.length; index++) {
      if (index % BLOCK === BLOCK - 1) this.#limit.check();
      const span = spans[index]!;
      subject.span = span;
      subject.process = span.process;
      subject.index = index;
      if (test(subject) && isEnough(index)) return true;
    }
    return false;
  }
}

/** Parents by index in the trace. Spans that would be their own ancestors count as roots. */
export class Tree {
  /** Index of the parent, or -1. */
  readonly parents: Int32Array;
  /** Indexes of all spans, parents first. */
  readonly topDown: Int32Array;

  constructor(spans: readonly SpanRow[]) {
    const indices = new Map<string, number>();
    for (let index = spans.length - 1; index >= 0; index--) indices.set(spans[index]!.spanId, index);
    this.parents = Int32Array.from(spans, ({ parentSpanId }, index) => {
      const parent = parentSpanId === undefined ? -1 : (indices.get(parentSpanId) ?? -1);
      return parent === index ? -1 : parent;
    });
    this.topDown = topDown(this.parents);
  }
}

/** Walks up from each span to one that was visited already, and cuts a cycle where it closes. */
function topDown(parents: Int32Array): Int32Array {
  const order = new Int32Array(parents.length);
  const walkOf = new Int32Array(parents.length).fill(-1);
  const walk: number[] = [];
  let placed = 0;
  for (let start = 0; start < parents.length; start++) {
    let index = start;
    while (index !== -1 && walkOf[index] === -1) {
      walkOf[index] = start;
      walk.push(index);
      index = parents[index]!;
    }
    if (walk.length > 0 && index !== -1 && walkOf[index] === start) parents[walk.at(-1)!] = -1;
    while (walk.length > 0) order[placed++] = walk.pop()!;
  }
  return order;
}
