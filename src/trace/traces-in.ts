import type { OrphanEvent } from '../model/log-event.js';
import type { ReadableSpan } from '../model/otel.js';
import { spanKey } from '../model/span-map.js';
import { contextOf, memberOf } from '../model/value-parts.js';
import { groupBy } from '../support/group-by.js';
import { expectation } from '../support/option.js';
import { capturedNode } from './captured-trace.js';
import type { CapturedLog, CapturedNode, CapturedSpan, CapturedTrace } from './captured-span.js';
import { isCapturedSpan, plainEvent, plainSpan, type AnySpan } from './plain-span.js';
import { toCapturedLog, toCapturedSpan } from './to-captured-span.js';
import { buildTraces, type SpanNode, type Trace } from './trace.js';
import { mapTree, nodesOf } from './walk.js';

/** Any source of delivered spans: a store, its spans or traces, or a batch of a subscription. */
export type DeliveredSpans =
  | {
      /** A method of a store and of the SDK's `InMemorySpanExporter`. */
      readonly getFinishedSpans: () => readonly ReadableSpan[];
    }
  | { readonly spans: readonly ReadableSpan[]; readonly orphans: readonly OrphanEvent[]; readonly dropped: number }
  | Trace
  | ReadableSpan
  | readonly Trace[]
  | readonly ReadableSpan[];

/** A node of a delivered or captured trace. */
export type AnyNode = SpanNode | CapturedNode;

/** A delivered or captured trace. */
export type AnyTrace = Trace | CapturedTrace;

/** The expectation of an argument with spans, for messages. */
const HAS_SPANS = 'a scope, a run, a store, a batch, a trace, a span, or an array of traces or spans';

/**
 * Does the same as `tracesIn()`, but throws if there are none.
 *
 * @param name of the argument, for the message
 * @throws TypeError for a value without spans
 */
export function requireTraces(name: string, given: unknown): AnyTrace[] {
  const traces = tracesIn(given);
  if (traces === undefined) throw new TypeError(expectation(name, HAS_SPANS, given) + adviceOn(given));
  return traces;
}

/**
 * The traces of any value with spans: delivered by a cache or captured by a test, or an array of these. Undefined for
 * any other value.
 *
 * Existing trees are kept. Reads each member once, because a scope creates copies at each access.
 */
export function tracesIn(given: unknown): AnyTrace[] | undefined {
  return tracesOfAny(given)?.filter(({ roots }) => roots.length > 0);
}

/** A hint, appended to the error message, for a value that only gives access to spans. */
export function adviceOn(given: unknown): string {
  if (typeof memberOf(given, 'then') === 'function') return ': await it first';
  return typeof memberOf(given, 'store') === 'function'
    ? ': a cache keeps no spans; create a store with cache.store()'
    : '';
}

function tracesOfAny(given: unknown): readonly AnyTrace[] | undefined {
  if (isList(given)) return tracesOfList(given);
  if (isTrace(given)) return [given];
  if (isSpan(given)) return tracesOfList([given]);
  if (isStore(given)) return buildTraces(given.getFinishedSpans());
  const spans = memberOf(given, 'spans');
  if (!isList(spans)) return undefined;
  if (isBatch(given)) return buildTraces(spans as readonly ReadableSpan[]);
  const traces = memberOf(given, 'traces');
  const openSpans = memberOf(given, 'openSpans') ?? [];
  if (!isList(openSpans)) return undefined;
  if (traces === undefined) return tracesOfList([...spans, ...openSpans]);
  return isList(traces) && traces.every(isTrace) ? [...traces, ...tracesBeside(traces, openSpans)] : undefined;
}

function tracesOfList(list: readonly unknown[]): readonly AnyTrace[] | undefined {
  if (list.every(isTrace)) return list;
  if (list.every(isNode)) {
    const traces = groupBy(rootsAmong(list), ({ traceId }) => traceId);
    return Array.from(traces, ([traceId, roots]) => ({ traceId, roots, spans: nodesOf(roots) }));
  }
  // The spans are not converted, so that the nodes hold the passed spans.
  return list.some(isSpan) && list.every(isAmongSpans) ? buildTraces(list as readonly ReadableSpan[]) : undefined;
}

/** The traces of open spans that are in none of the given traces. */
function tracesBeside(traces: readonly AnyTrace[], openSpans: readonly unknown[]): readonly AnyTrace[] {
  if (openSpans.length === 0) return [];
  const known = new Set(
    traces
      .flatMap(capturedRootsOf)
      .flatMap((root) => nodesOf([root]))
      .map(spanKey),
  );
  return tracesOfList(openSpans.filter((span) => !known.has(spanKey(span as CapturedSpan)))) ?? [];
}

/** The roots of a trace as captured copies. */
export function capturedRootsOf({ roots }: AnyTrace): readonly CapturedNode[] {
  if (isOfNodes(roots)) return roots;
  return mapTree(roots, ({ span }, children: CapturedNode[]) => {
    return capturedNode(
      isCapturedSpan(span) ? span : toCapturedSpan(span, memberOf(span, 'ended') !== false),
      children,
    );
  });
}

/** A trace in the form delivered by a cache. Its spans may have either form. */
export function spanTraceOf(trace: AnyTrace): Trace {
  const { traceId, roots, spans } = trace;
  if (!isOfNodes(roots)) return trace as Trace;
  const ids = new Set(nodesOf(roots).map(({ spanId }) => spanId));
  const nodes = mapTree(roots, (node, children: SpanNode[]): SpanNode => {
    const { parentSpanId, parentIsRemote } = node;
    const parentMissing = parentSpanId !== undefined && !parentIsRemote && !ids.has(parentSpanId);
    return { span: node as AnySpan as ReadableSpan, children, parentMissing };
  });
  const complete = !nodes.some(({ parentMissing }) => parentMissing);
  return { traceId, roots: nodes, spans: spans as readonly AnySpan[] as readonly ReadableSpan[], complete };
}

/** The log records among delivered spans: events of spans, and orphans. Undefined for any other value. */
export function deliveredLogsIn(given: unknown): CapturedLog[] | undefined {
  const nodes = tracesIn(given)?.flatMap(({ roots }) => nodesOf<AnyNode>(roots));
  if (nodes === undefined || !nodes.every(isDelivered)) return undefined;
  const inSpans = nodes.flatMap(({ span }) => {
    return plainSpan(span)
      .events.filter(({ isLog }) => isLog)
      .map((event) => toCapturedLog(event, contextOf(span)));
  });
  const orphans = isBatch(given)
    ? given.orphans.map((orphan) => toCapturedLog(plainEvent(orphan), orphan.spanContext))
    : [];
  return [...inSpans, ...orphans].sort((a, b) => a.time - b.time);
}

function isDelivered(node: AnyNode): node is SpanNode {
  return 'span' in node && !isCapturedSpan(node.span);
}

function isOfNodes(roots: AnyTrace['roots']): roots is readonly CapturedNode[] {
  return roots.every((root) => !('span' in root));
}

/** The nodes that are not descendants of another one. */
function rootsAmong(nodes: readonly CapturedNode[]): CapturedNode[] {
  const below = new Set<CapturedNode>();
  const waiting = [...nodes];
  for (const { children } of waiting) {
    for (const child of children) {
      if (below.has(child)) continue;
      below.add(child);
      waiting.push(child);
    }
  }
  return nodes.filter((node) => !below.has(node));
}

export function isStore(value: unknown): value is Extract<DeliveredSpans, { getFinishedSpans: unknown }> {
  return typeof memberOf(value, 'getFinishedSpans') === 'function';
}

export function isBatch(value: unknown): value is Extract<DeliveredSpans, { orphans: unknown }> {
  return isList(memberOf(value, 'orphans')) && isList(memberOf(value, 'spans'));
}

function isTrace(value: unknown): value is AnyTrace {
  return (
    isList(memberOf(value, 'roots')) &&
    isList(memberOf(value, 'spans')) &&
    typeof memberOf(value, 'traceId') === 'string'
  );
}

function isSpan(value: unknown): value is AnySpan {
  if (isCapturedSpan(value)) return isList(memberOf(value, 'events')) && isList(memberOf(value, 'links'));
  return typeof memberOf(value, 'spanContext') === 'function' && memberOf(value, 'startTime') !== undefined;
}

function isNode(value: unknown): value is CapturedNode {
  return isSpan(value) && isList(memberOf(value, 'children'));
}

/** Whether an object in an array of spans may be a span, even if it is barely readable. */
function isAmongSpans(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !isStore(value) && !isList(memberOf(value, 'spans'));
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
