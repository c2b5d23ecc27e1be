import type { Handle } from '../../support/handle.js';
import { expectation } from '../../support/option.js';
import type { CapturedLog, CapturedNode, CapturedSpan, CapturedTrace } from '../captured.js';
import { buildNodes } from './build-nodes.js';
import { nodesOf } from './descendants.js';

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

/** All that has spans: a run, a trace, a span in its trace, or a list of traces or of spans. */
export type Spans = SpanSource | CapturedTrace | CapturedNode | readonly CapturedTrace[] | readonly CapturedSpan[];

/**
 * The spans as trees: the roots of each trace.
 *
 * @throws TypeError for what has no spans
 */
export function treesOf(source: Spans): CapturedNode[][] {
  const given: unknown = source;
  if (isList(given)) {
    if (given.every(isTrace)) return given.map(({ roots }) => [...roots]).filter((roots) => roots.length > 0);
    if (given.every(isSpan)) return byTrace(buildNodes(given));
  } else if (isTrace(given)) {
    return given.roots.length > 0 ? [[...given.roots]] : [];
  } else if (isSpan(given)) {
    return byTrace(buildNodes([given]));
  } else {
    const read = readSource(given);
    if (read !== undefined) return treesOfSource(read);
  }
  throw new TypeError(expectation('spans', 'a run, a trace, a span, or a list of traces or spans', source));
}

/** Whether a value is one of what has spans. An empty list is none: it may be anything. */
export function hasSpans(value: unknown): value is Spans {
  if (isList(value)) return value.length > 0 && (value.every(isTrace) || value.every(isSpan));
  return isTrace(value) || isSpan(value) || readSource(value) !== undefined;
}

export function idOf({ traceId, spanId }: { readonly traceId: string; readonly spanId: string }): string {
  return `${traceId}/${spanId}`;
}

function treesOfSource({ spans, traces, openSpans = [] }: SpanSource): CapturedNode[][] {
  if (traces === undefined) return byTrace(buildNodes([...spans, ...openSpans]));
  const trees = treesOf(traces);
  if (openSpans.length === 0) return trees;
  const known = new Set(trees.flatMap(nodesOf).map(idOf));
  const others = openSpans.filter((span) => !known.has(idOf(span)));
  return [...trees, ...byTrace(buildNodes(others))];
}

function byTrace(roots: readonly CapturedNode[]): CapturedNode[][] {
  const trees = new Map<string, CapturedNode[]>();
  for (const root of roots) {
    const tree = trees.get(root.traceId);
    if (tree === undefined) trees.set(root.traceId, [root]);
    else tree.push(root);
  }
  return [...trees.values()];
}

function isTrace(value: unknown): value is CapturedTrace {
  return isObject(value) && isList(value['roots']) && isList(value['spans']) && typeof value['traceId'] === 'string';
}

function isSpan(value: unknown): value is CapturedSpan {
  return isObject(value) && typeof value['spanId'] === 'string' && isList(value['events']) && isList(value['links']);
}

/** A source as it is now, or undefined for what is none. Reads each field once: a scope makes copies each time. */
function readSource(value: unknown): SpanSource | undefined {
  if (!isObject(value)) return undefined;
  const { spans, traces, openSpans } = value;
  if (!isList(spans) || !(traces === undefined || isList(traces))) return undefined;
  return { spans, traces, openSpans } as unknown as SpanSource;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
