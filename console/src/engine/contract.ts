import type { EventRow, LogRow, SeenProcess, SpanRow } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';
import type {
  Completion,
  ErrorGroup,
  Failure,
  Figures,
  Filter,
  FilterRequest,
  LogLine,
  Losses,
  NPlusOne,
  Sampling,
  SamplingRequest,
  StackRow,
  TimeMap,
} from '../api/schemas.js';

/*
 * The interfaces of the console's engine parts. Each part has its own folder; `Engine` connects them in the worker, and
 * `ConsoleApi` answers from them. No part has a timer or a clock: times are passed in.
 *
 *   rows (of unpacked batches) ─▶ Engine.addTrace ─▶ History · Stacks · Errors · Logs · ValueIndex
 *                                 Engine.addLog   ─▶ Logs
 */

/** From `from` (inclusive) to `to` (exclusive), in milliseconds since the Unix epoch by the console's clock. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/** A trace of the history that stacks may name as an example. */
export interface ExampleTrace {
  readonly traceId: string;
  /** Number of examples that are this trace. The history keeps an evicted trace beyond its bounds if there are any. */
  uses: number;
  /** Whether all its parts are gone. */
  readonly isGone: boolean;
}

/** The kept spans: whole traces, bounded in spans and in bytes, the oldest evicted first. */
export interface HistoryContract {
  /** The record on which stacks count their uses of a trace as an example. May be called before `add()`. */
  exampleOf(traceId: string): ExampleTrace;
  /** @param now time of arrival, in milliseconds since the Unix epoch by the console's clock */
  add(trace: TraceRow, now: number): void;
  /** The retained parts of a trace, in the order of arrival. */
  partsOf(traceId: string): readonly TraceRow[];
  /** The evicted parts that are kept as an example, then the retained ones. */
  allPartsOf(traceId: string): readonly TraceRow[];
  /** Newest first. The iteration may stop at any time, and entries may be added or evicted during it. */
  newestFirst(before?: number): Iterable<TraceRow>;
  get(traceRowId: number): TraceRow | undefined;
  arrivedAt(traceRowId: number): number | undefined;
  /**
   * When and why a trace was evicted; undefined if it is retained, kept as an example, was never seen, or was evicted
   * too long ago.
   */
  goneOf(traceId: string): { readonly at: number; readonly reason: 'spans' | 'bytes' | 'cleared' } | undefined;
  clear(now: number): { readonly spans: number; readonly traces: number };
  stats(): {
    readonly spans: number;
    readonly maxSpans: number;
    readonly bytes: number;
    readonly maxBytes: number;
    readonly traces: number;
    readonly evicted: number;
    readonly since: number | undefined;
    /** Evicted traces kept as examples, not in the numbers above. `givenUp`: examples beyond the bounds. */
    readonly examples: {
      readonly traces: number;
      readonly spans: number;
      readonly maxSpans: number;
      readonly bytes: number;
      readonly maxBytes: number;
      readonly givenUp: number;
    };
  };
}

/** Call paths with counts and latency histograms, by time. */
export interface StacksContract {
  /** @param example counts the uses of the trace; from `exampleOf()` of the history */
  add(trace: TraceRow, now: number, example?: ExampleTrace): void;
  /** From the aggregates. With a query or a split, `rowsOf()` computes rows from the retained traces instead. */
  rows(window: TimeWindow, marked?: string): readonly StackRow[];
  rowsOf(
    traces: Iterable<TraceRow>,
    window: TimeWindow,
    matches: (span: SpanRow, trace: TraceRow) => boolean,
    split?: string,
  ): readonly StackRow[];
  time(window: TimeWindow, stack?: number): Omit<TimeMap, 'coverage' | 'partial'>;
  timeOf(
    traces: Iterable<TraceRow>,
    window: TimeWindow,
    matches: (span: SpanRow, trace: TraceRow) => boolean,
    stack?: number,
  ): Omit<TimeMap, 'coverage' | 'partial'>;
  /** The stack of a span that is retained, or was evicted less than ten minutes ago. */
  stackOf(span: SpanRow): number | undefined;
  /** Share of the calls of its stack that took no longer than the span, 0 to 1. */
  percentileOf(span: SpanRow): number | undefined;
  /** Total figures of a stack. */
  figuresOf(stack: number): Figures | undefined;
  mark(name: string, now: number): void;
  marks(): readonly { readonly name: string; readonly at: number }[];
  clear(now: number): void;
  /** `dropped`: calls whose slots were dropped early at the bound. Like late calls, they only count in the totals. */
  stats(): {
    nodes: number;
    maxNodes: number;
    folded: number;
    late: number;
    dropped: number;
    cells: number;
    bytes: number;
    maxBytes: number;
  };
}

/** Analysis of one trace, computed when somebody looks at it. */
export interface TraceAnalysis {
  /** Spans in tree order, each with its depth and the number of its children. */
  readonly order: readonly { readonly span: SpanRow; readonly depth: number; readonly children: number }[];
  /** Milliseconds by row id, by the rule of `selfTime()`. */
  readonly self: ReadonlyMap<number, number>;
  /** Milliseconds by row id. The sum is the duration of the root. */
  readonly critical: ReadonlyMap<number, number>;
  /** The critical path as [offset, duration] in milliseconds, in time order. */
  readonly path: readonly { readonly span: SpanRow; readonly offset: number; readonly duration: number }[];
  readonly nPlusOne: readonly NPlusOne[];
}

/** Groups of similar errors: by exception type, message without numbers and ids, and first frame of the application. */
export interface ErrorsContract {
  add(trace: TraceRow, now: number): void;
  groups(window: TimeWindow, now: number): readonly ErrorGroup[];
  clear(): void;
  stats(): { groups: number; maxGroups: number; folded: number };
}

/** Log events of retained traces, and log records that belong to no span. */
export interface LogsContract {
  addOrphan(log: LogRow): void;
  /** Newest first: orphans, and the log events of these traces. */
  newestFirst(
    traces: Iterable<TraceRow>,
  ): Iterable<{ readonly line: LogLine; readonly span?: SpanRow; readonly trace?: TraceRow; readonly log?: LogRow }>;
  clear(): void;
  stats(): { orphans: number; maxOrphans: number; bytes: number; maxBytes: number; evicted: number };
}

/** Spans of unfinished traces, and their bounds. Past a bound, the oldest trace counts as finished. */
export interface WaitingSpans {
  readonly spans: number;
  readonly maxSpans: number;
  /** Estimated bytes. */
  readonly bytes: number;
  readonly maxBytes: number;
  readonly traces: number;
}

/** Keys and values seen in spans, for completion: at most 5,000 values per key. */
export interface ValueIndexContract {
  add(span: SpanRow): void;
  clear(): void;
  stats(): {
    /** Built-in keys included; `maxKeys` is the bound of attribute keys. */
    keys: number;
    maxKeys: number;
    values: number;
    maxValuesPerKey: number;
    bytes: number;
    maxBytes: number;
    folded: number;
  };
  /** Attribute keys as written in queries, in no particular order. */
  keys(): Iterable<Counted>;
  /** Values of a key of the query language, of an attribute, or of a resource, in no particular order. */
  valuesOf(scope: KeyScope, name: string): Iterable<Counted>;
  /** Whether any span, or any resource, may have had the attribute. False is certain. */
  mayHave(scope: 'attribute' | 'resource', name: string): boolean;
}

export type KeyScope = 'builtIn' | 'attribute' | 'resource';

export interface Counted {
  readonly text: string;
  /** Occurrences. */
  readonly count: number;
}

/** A search of a trace that ran out of time, and the span at which to continue. */
export interface Stopped {
  readonly span: number;
}

/** A parsed query. An empty query matches everything. */
export interface QueryContract {
  readonly text: string;
  readonly empty: boolean;
  /** Attributes in the query that no span has had, as written in queries, each once. */
  unseenKeys(values: ValueIndexContract): string[];
  matchesSpan(span: SpanRow, trace: TraceRow): boolean;
  /** Whether at least one span of the trace matches. */
  matchesTrace(trace: TraceRow): boolean;
  /**
   * The same, from one span on and with a time limit. Returns where to continue if the time ran out first. `isOver` is
   * called often.
   */
  searchTrace(trace: TraceRow, isOver: () => boolean, from?: number): boolean | Stopped;
  /** Result of some work with this query; undefined if the time ran out first. */
  within<T>(isOver: () => boolean, work: () => T): T | undefined;
  matchesLog(log: LogRow): boolean;
  /**
   * Evaluates an event of a span by itself: its attributes take precedence over the span's; everything else is the
   * span's.
   */
  matchesEvent(event: EventRow, span: SpanRow, trace: TraceRow): boolean;
}

export type ParseQuery = (text: string) => QueryContract | Failure;
export type Complete = (text: string, at: number, values: ValueIndexContract) => Completion;

/** State and settings of the service that the console runs in. Rejects with `HostUnavailable` if there is no answer in time. */
export interface HostControl {
  openSpans(): Promise<{
    readonly tracked: boolean;
    /** When the host answered: earlier than now while its event loop is blocked. */
    readonly at: number;
    readonly spans: readonly OpenSpanRecord[];
  }>;
  /** The last received `cache.stats()`, as plain data; undefined before the first. */
  cacheStats(): Readonly<Record<string, unknown>> | undefined;
  settings(): { readonly sampling: Sampling; readonly filter: Filter };
  setSampling(request: SamplingRequest): Promise<Sampling>;
  setFilter(request: FilterRequest): Promise<Filter>;
  /** Delay of the host's event loop, and how long it has been blocked, if it is. */
  loop(): { readonly delayMillis: number; readonly blockedMillis: number | null };
  losses(): HostLosses;
  processes(): readonly (SeenProcess & {
    readonly state: 'connected' | 'ended';
    readonly received: number;
    readonly lost: number;
  })[];
  restarts(): { readonly count: number; readonly historyLostAt: number | null };
}

/** Spans and log records lost between the caches and the engine. No number ever decreases. */
export interface HostLosses {
  /** Spans lost on the way from the service to the engine. */
  readonly feed: number;
  /** Spans lost with a worker that has died, or before the next one was started. */
  readonly worker: number;
  readonly unreadable: number;
  /** Spans that other processes lost, by their own count. */
  readonly joined: number;
  readonly refused: Losses['refused'];
  readonly logs: number;
}

export interface OpenSpanRecord {
  readonly spanId: string;
  readonly traceId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly start: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly logs: number;
}
