import type { Handle } from '../../support/handle.js';
import { expectation } from '../../support/option.js';
import {
  adviceOn,
  capturedRootsOf,
  deliveredLogsIn,
  isBatch,
  isStore,
  requireTraces,
  tracesIn,
  type DeliveredSpans,
} from '../../trace/traces-in.js';
import { nodesOf } from '../../trace/walk.js';
import type { CapturedLog, CapturedNode, CapturedSpan, CapturedTrace } from '../../trace/captured-span.js';

/** The part of a run that assertions read. A captured trace implements it as well. */
export interface SpanSource {
  readonly spans: readonly CapturedSpan[];
  /** The spans as trees. Built from `spans` if left out. */
  readonly traces?: readonly CapturedTrace[];
  readonly openSpans?: readonly CapturedSpan[];
  /** Number of spans dropped because a limit was reached. */
  readonly droppedSpansCount?: number;
  /** The option whose limit was reached, if it is neither `maxSpansPerScope` nor `maxLogsPerScope`. */
  readonly limitReached?: string | undefined;
  /** Why there are no spans. */
  explainNoSpans?(): string;
  /** Why spans could not arrive, or undefined if they could. If they could not, the absence of a span proves nothing. */
  explainUnreachable?(): string | undefined;
  /** Spans that may belong to this source but are not in it. If one matches, its absence here proves nothing. */
  spansElsewhere?(): readonly SpanElsewhere[];
  /** Possible reasons why there is no span of an instrumentation. */
  explainInstrumentations?(): string;
}

/** A span that may belong to a run but is not in it. */
export interface SpanElsewhere {
  readonly span: CapturedSpan;
  /** Where the span is: `unowned: …`. */
  readonly place: string;
}

/** A source that notifies listeners when a span starts or ends. */
export interface WatchableSource extends SpanSource {
  /** Calls the listener after each change until the handle is closed. */
  onChange(listener: () => void): Handle;
  /** Keeps the source open until the handle is closed: it may become the owner of spans without another owner. */
  keepOpen?(): Handle;
}

/** A source that has log records. */
export interface LogSource extends SpanSource {
  readonly logs: readonly CapturedLog[];
  /** Number of log records dropped because a limit was reached. */
  readonly droppedLogsCount?: number;
  /** Why there are no log records. */
  explainNoLogs?(): string;
  /** Describes log records emitted through an API that nothing reads. A missing log record may be among them. */
  explainUnreadLogs?(): string | undefined;
}

/** Any source of spans: a run, a trace, a span, a list of these, or a store, batch, trace or span of a cache. */
export type Spans =
  | SpanSource
  | CapturedTrace
  | CapturedSpan
  | readonly CapturedTrace[]
  | readonly CapturedSpan[]
  | DeliveredSpans;

/**
 * Returns the roots of each trace.
 *
 * @throws TypeError for a value that is not a source of spans
 */
export function treesOf(source: Spans): CapturedNode[][] {
  return requireTraces('spans', source).map((trace) => capturedRootsOf(trace).slice());
}

/**
 * Returns a source of log records. In the spans of a cache, they are events and orphans.
 *
 * @throws TypeError for a value that is not a source of log records
 */
export function logSourceOf(source: LogSource | DeliveredSpans): LogSource {
  if (Array.isArray((source as LogSource | undefined)?.logs)) return source as LogSource;
  const logs = deliveredLogsIn(source);
  if (logs === undefined) {
    const expected = 'a run, or a store, batch, traces or spans of a cache';
    throw new TypeError(expectation('logs', expected, source) + adviceOn(source));
  }
  return { spans: nodesOf(treesOf(source).flat()), logs };
}

/** Whether a value is a source of spans. An empty list is not, because it may be a list of anything. */
export function hasSpans(value: unknown): value is Spans {
  return !(Array.isArray(value) && value.length === 0) && tracesIn(value) !== undefined;
}

/** The run of each list that a run returned. An empty list needs it to explain why it is empty. */
const runOfList = new WeakMap<object, SpanSource>();

/** Freezes a list of a run's spans or traces, and registers the run for `runOf()`. */
export function givenOut<T>(list: T[], run: SpanSource): readonly T[] {
  runOfList.set(list, run);
  return Object.freeze(list);
}

const EMPTY_STORE =
  'the store is empty. It receives a span only if the span started after a provider with the span processor of the cache\n' +
  'was registered, and ended after the store was created. reset() removes all spans.';

/** The run that a value is, or that returned it. For a store or a batch of a cache, a substitute that explains its gaps. */
export function runOf(spans: unknown): SpanSource | undefined {
  if (typeof spans !== 'object' || spans === null) return undefined;
  if (isBatch(spans))
    return { spans: [], droppedSpansCount: spans.dropped, limitReached: 'the limit of the subscription' };
  if (isStore(spans)) return { spans: [], explainNoSpans: () => EMPTY_STORE };
  return runOfList.get(spans) ?? ('spans' in spans ? (spans as SpanSource) : undefined);
}
