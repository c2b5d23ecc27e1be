import type { Handle } from '../../support/handle.js';
import { expectation } from '../../support/option.js';
import { adviceOn, capturedRootsOf, deliveredLogsIn, isBatch, isStore, requireTraces, tracesIn, type DeliveredSpans } from '../../trace/traces-in.js';
import { nodesOf } from '../../trace/walk.js';
import type { CapturedLog, CapturedNode, CapturedSpan, CapturedTrace } from '../../trace/captured-span.js';

/** Where spans come from: what of a run is needed to look at them. A trace is one, too. */
export interface SpanSource {
  readonly spans: readonly CapturedSpan[];
  /** The spans as trees. If left out, they are put into trees here. */
  readonly traces?: readonly CapturedTrace[];
  readonly openSpans?: readonly CapturedSpan[];
  /** Spans there was no room for. */
  readonly droppedSpansCount?: number;
  /** The option that left no room, if it is not the one for the number of spans or log records. */
  readonly limitReached?: string | undefined;
  /** Why there is no span. */
  explainNoSpans?(): string;
  /** Why no span could have arrived, if so: that there is none says nothing then. */
  explainUnreachable?(): string | undefined;
  /** Spans that it does not have, though they may be its own: that there is none here says nothing then. */
  spansElsewhere?(): readonly SpanElsewhere[];
  /** Why there is no span of an instrumentation, as far as that can be told. */
  explainInstrumentations?(): string;
}

/** A span that may belong to a run which does not have it. */
export interface SpanElsewhere {
  readonly span: CapturedSpan;
  /** Where it is: `unowned: …`. */
  readonly place: string;
}

/** A source that tells when a span starts or ends. */
export interface WatchableSource extends SpanSource {
  /** Calls the listener after each change, until the handle is closed. */
  onChange(listener: () => void): Handle;
  /** Takes what nobody else owns for its own, until the handle is closed. */
  keepOpen?(): Handle;
}

/** A source that has logs. */
export interface LogSource extends SpanSource {
  readonly logs: readonly CapturedLog[];
  /** Log records there was no room for. */
  readonly droppedLogsCount?: number;
  /** Why there is no log record. */
  explainNoLogs?(): string;
  /** What is known of log records that nobody read: one that is missing may be among them. */
  explainUnreadLogs?(): string | undefined;
}

/** All that has spans: a run, a trace, a span, a list of these; what a cache gives out. */
export type Spans =
  | SpanSource | CapturedTrace | CapturedSpan | readonly CapturedTrace[] | readonly CapturedSpan[] | DeliveredSpans;

/**
 * The spans as trees: the roots of each trace.
 *
 * @throws TypeError for what has no spans
 */
export function treesOf(source: Spans): CapturedNode[][] {
  return requireTraces('spans', source).map((trace) => capturedRootsOf(trace).slice());
}

/**
 * What has logs, with them. A cache gives them out as events of spans, and as orphans.
 *
 * @throws TypeError for what has no logs
 */
export function logSourceOf(source: LogSource | DeliveredSpans): LogSource {
  if (Array.isArray((source as LogSource | undefined)?.logs)) return source as LogSource;
  const logs = deliveredLogsIn(source);
  if (logs === undefined) {
    const expected = 'those of a run, or of a store, batch, traces or spans of a cache';
    throw new TypeError(expectation('logs', expected, source) + adviceOn(source));
  }
  return { spans: nodesOf(treesOf(source).flat()), logs };
}

/** Whether a value is one of what has spans. An empty list is none: it may be anything. */
export function hasSpans(value: unknown): value is Spans {
  return !(Array.isArray(value) && value.length === 0) && tracesIn(value) !== undefined;
}

/** The lists that runs gave out. An empty one does not say whose it was, and only the run knows why it is empty. */
const givenBy = new WeakMap<object, SpanSource>();

/** Freezes a list of a run's spans or traces, and remembers whose it is. */
export function givenOut<T>(list: T[], run: SpanSource): readonly T[] {
  givenBy.set(list, run);
  return Object.freeze(list);
}

const EMPTY_STORE =
  'the store is empty. Spans reach it if the provider that has its span processor is registered before they start, and the\n' +
  'store is made before they end. reset() forgets them.';

/** The run that something is, or is a list of. A store and a batch stand for a run as far as they can say what they lack. */
export function runOf(spans: unknown): SpanSource | undefined {
  if (typeof spans !== 'object' || spans === null) return undefined;
  if (isBatch(spans)) return { spans: [], droppedSpansCount: spans.dropped, limitReached: 'the limit of the subscription' };
  if (isStore(spans)) return { spans: [], explainNoSpans: () => EMPTY_STORE };
  return givenBy.get(spans) ?? ('spans' in spans ? (spans as SpanSource) : undefined);
}
