import type { EventRow, LogRow, SpanRow } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';
import type { Failure } from '../api/schemas.js';
import type { QueryContract, Stopped, ValueIndexContract } from '../engine/contract.js';
import { compile, type Compiled } from './compile.js';
import { parse } from './parser.js';
import { keyText } from './print.js';
import { keysOf, QueryError, type Node } from './syntax.js';
import { TIME_IS_OVER, TimeLimit } from './time-limit.js';
import { TraceView, type SelfOf } from './trace-view.js';

/** Maximum number of spans for which one query keeps results. */
const MAX_REMEMBERED = 50_000;

/**
 * Creates the parser of queries. The caller passes in the function for self times, because it belongs to the analysis.
 */
export function queryParser(selfOf: SelfOf): (text: string) => Query | Failure {
  return (text) => {
    try {
      const node = parse(text);
      const limit = new TimeLimit();
      return new Query(text, node, node && compile(node, limit), selfOf, limit);
    } catch (error) {
      if (error instanceof QueryError) return { error: `${error.message}.`, ...error.place };
      throw error;
    }
  };
}

/**
 * A parsed query, to be evaluated for many spans. Queries with relations, counts or self times memoize their results
 * for up to 50,000 spans of the traces seen last. When the history evicts a trace, its results are dropped too.
 */
export class Query implements QueryContract {
  readonly text: string;
  readonly empty: boolean;
  /** The tree; undefined if the query is empty. */
  readonly node: Node | undefined;
  readonly #compiled: Compiled | undefined;
  readonly #ofTrace: readonly Compiled[];
  readonly #ofSpan: Compiled['test'];
  readonly #selfOf: SelfOf;
  readonly #limit: TimeLimit;
  #views = new WeakMap<TraceRow, TraceView>();
  #remembered = 0;
  #lastView: TraceView | undefined;

  constructor(text: string, node: Node | undefined, compiled: Compiled | undefined, selfOf: SelfOf, limit: TimeLimit) {
    this.text = text;
    this.node = node;
    this.empty = node === undefined;
    this.#compiled = compiled;
    this.#selfOf = selfOf;
    this.#limit = limit;
    const operands = compiled === undefined ? [] : compiled.operands.length > 0 ? compiled.operands : [compiled];
    this.#ofTrace = operands.filter(({ isOfTrace }) => isOfTrace);
    const ofSpan = operands.filter(({ isOfTrace }) => !isOfTrace).map(({ test }) => test);
    this.#ofSpan = ofSpan.length === 1 ? ofSpan[0]! : (subject) => ofSpan.every((test) => test(subject));
  }

  matchesSpan(span: SpanRow, trace: TraceRow): boolean {
    return this.#compiled === undefined || this.#compiled.test(this.#viewOf(trace).subjectOf(span));
  }

  matchesTrace(trace: TraceRow): boolean {
    return this.searchTrace(trace, undefined) === true;
  }

  /** Attributes in the query that no span has had, as written in queries, each once. */
  unseenKeys(values: ValueIndexContract): string[] {
    const keys = this.node === undefined ? [] : [...keysOf(this.node)];
    const unseen = keys.filter(({ scope, name }) => scope !== 'builtIn' && !values.mayHave(scope, name));
    return [...new Set(unseen.map(({ scope, name }) => keyText(scope, name)))];
  }

  /**
   * Whether at least one span of the trace matches, from `from` on. Returns where to continue if the time ran out
   * first. Calls `isOver` every 32 spans, and more often for a slow pattern.
   */
  searchTrace(trace: TraceRow, isOver: (() => boolean) | undefined, from = 0): boolean | Stopped {
    if (this.empty) return true;
    const view = this.#viewOf(trace);
    let reached = from;
    const test: Compiled['test'] = (subject) => {
      reached = subject.index;
      return this.#ofSpan(subject);
    };
    const matches = this.within(isOver, () => {
      return this.#ofTrace.every((operand) => operand.test(view.root)) && view.find(test, () => true, from);
    });
    return matches ?? { span: reached };
  }

  /** Result of some work with this query; undefined if the time ran out first. */
  within<T>(isOver: (() => boolean) | undefined, work: () => T): T | undefined {
    this.#limit.isOver = isOver;
    try {
      return work();
    } catch (error) {
      if (error === TIME_IS_OVER) return undefined;
      throw error;
    } finally {
      this.#limit.isOver = undefined;
    }
  }

  /** Whether a log record without a span matches. Keys of spans, and relations, do not hold. */
  matchesLog(log: LogRow): boolean {
    if (this.#compiled === undefined) return true;
    return this.#compiled.test({
      span: undefined,
      index: -1,
      view: undefined,
      process: log.process,
      event: log.event,
      log,
    });
  }

  /**
   * Whether an event of a span matches by itself. `log`, `severity`, `start` and words refer to the event; an
   * attribute, to the event or else the span; all other keys, and relations, to the span.
   */
  matchesEvent(event: EventRow, span: SpanRow, trace: TraceRow): boolean {
    if (this.#compiled === undefined) return true;
    const subject = this.#viewOf(trace).subjectOf(span);
    subject.event = event;
    return this.#compiled.test(subject);
  }

  #viewOf(trace: TraceRow): TraceView {
    if (this.#lastView?.trace === trace) return this.#lastView;
    const known = this.#views.get(trace);
    const view = known ?? new TraceView(trace, this.#selfOf, this.#limit);
    if (known === undefined && this.#compiled?.remembers) this.#remember(view);
    this.#lastView = view;
    return view;
  }

  #remember(view: TraceView): void {
    const spans = view.trace.spans.length;
    if (this.#remembered + spans > MAX_REMEMBERED) {
      this.#views = new WeakMap();
      this.#remembered = 0;
    }
    this.#remembered += spans;
    this.#views.set(view.trace, view);
  }
}
