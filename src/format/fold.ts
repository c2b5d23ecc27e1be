import type { ReadableSpan } from '../model/otel.js';
import { memberOf, timeIn } from '../model/value-parts.js';
import { nanosBetween } from '../trace/text/duration.js';
import type { SpanNode, Trace } from '../trace/trace.js';
import { ownAttributes } from './attributes.js';
import { isFailed } from './describe-span.js';
import { Timeline } from './timeline.js';
import { viewOf, type EventView } from './views.js';

/** Attributes that instrumentations of frameworks put on the layers that a request passes through. */
const LAYER_KEYS = [
  'express.type',
  'router.type',
  'koa.type',
  'connect.type',
  'fastify.type',
  'fastify.root',
  'hook.name',
  'hapi.type',
  'restify.type',
  'nestjs.type',
  'next.span_type',
];

/** Scopes of the instrumentations that show how a connection comes about. */
const CONNECTION_SCOPES: ReadonlySet<unknown> = new Set(['@opentelemetry/instrumentation-net', '@opentelemetry/instrumentation-dns']);

/** Own time, without that of its children, from which a span is shown: absolutely, or as a share of the trace's time. */
const SLOW_NANOS = 50e6;
const SLOW_SHARE = { framework: 0.1, connection: 0.5 };
const MIN_SLOW_NANOS = 1e6;

type Kind = keyof typeof SLOW_SHARE;

/** Spans left out below a span that is shown. */
export interface FoldedSpans {
  readonly kind: Kind;
  readonly count: number;
  /** Their own time together, without that of what is shown. */
  readonly nanos: number;
}

export interface FoldedTrace {
  readonly trace: Trace;
  /** Of nodes of `trace`. */
  readonly folded: ReadonlyMap<SpanNode, readonly FoldedSpans[]>;
}

/** What is left of a node, and what was left out, after it and all below it were looked at. */
interface Rest {
  readonly nodes: SpanNode[];
  readonly folded: FoldedSpans[];
  /** Exceptions that are shown. */
  readonly exceptions: ReadonlySet<string>;
}

/**
 * The trace without the spans that only say which layers of a framework a request has passed, or that a connection was
 * made; what is below them moves up. The span above tells how many were left out.
 *
 * A span stays if it failed, has events or attributes of the application's own, has not ended, has no parent here, or is slow
 * by itself. An exception counts for nothing if a span below shows the same one.
 */
export function foldTrace(trace: Trace): FoldedTrace {
  const folded = new Map<SpanNode, readonly FoldedSpans[]>();
  if (!trace.spans.some(kindOf)) return { trace, folded };
  const { nanos } = new Timeline(trace.spans.map(viewOf), 0);
  const slowNanos = (kind: Kind): number => Math.min(SLOW_NANOS, Math.max(MIN_SLOW_NANOS, SLOW_SHARE[kind] * nanos));
  const roots = new Set(trace.roots);
  const rests = new Map<SpanNode, Rest>();
  for (const node of childrenFirst(trace.roots)) {
    const below = node.children.map((child) => rests.get(child)!);
    for (const child of node.children) rests.delete(child);
    const rest = { nodes: below.flatMap(({ nodes }) => nodes), folded: sums(below.flatMap((each) => each.folded)) };
    const exceptions = new Set<string>();
    for (const each of below) for (const exception of each.exceptions) exceptions.add(exception);
    const kind = kindOf(node.span);
    const own = kind && { kind, count: 1, nanos: ownNanos(node) };
    if (own && !roots.has(node) && saysNothing(node, exceptions) && !(own.nanos >= slowNanos(own.kind))) {
      rests.set(node, { nodes: rest.nodes, folded: sums([...rest.folded, own]), exceptions });
      continue;
    }
    const shown = { ...node, children: rest.nodes };
    if (rest.folded.length > 0) folded.set(shown, rest.folded);
    for (const exception of exceptionsOf(node.span)) exceptions.add(exception);
    rests.set(node, { nodes: [shown], folded: [], exceptions });
  }
  return { trace: { ...trace, roots: trace.roots.flatMap((root) => rests.get(root)!.nodes) }, folded };
}

function childrenFirst(roots: readonly SpanNode[]): SpanNode[] {
  const nodes = [...roots];
  // Grows as it is read: parents stand before their children.
  for (const { children } of nodes) for (const child of children) nodes.push(child);
  return nodes.reverse();
}

function kindOf(span: ReadableSpan): Kind | undefined {
  const attributes = memberOf(span, 'attributes');
  if (CONNECTION_SCOPES.has(memberOf(memberOf(span, 'instrumentationScope'), 'name'))) return 'connection';
  if (memberOf(span, 'kind') !== 0) return undefined;
  return LAYER_KEYS.some((key) => typeof memberOf(attributes, key) === 'string') ? 'framework' : undefined;
}

function saysNothing({ span }: SpanNode, shownBelow: ReadonlySet<string>): boolean {
  const view = viewOf(span);
  return (
    !view.isOpen &&
    !isFailed(view) &&
    view.droppedEventsCount === 0 &&
    ownAttributes(view.attributes).length === 0 &&
    view.events.every((event) => shownBelow.has(exceptionIn(event)))
  );
}

function exceptionsOf(span: ReadableSpan): string[] {
  const events = memberOf(span, 'events');
  if (!Array.isArray(events) || events.length === 0) return [];
  return viewOf(span).events.map(exceptionIn).filter((exception) => exception !== '');
}

/** The type and the message of an exception; `''` for any other event. */
function exceptionIn({ name, log, attributes }: EventView): string {
  if (name !== 'exception' || log !== undefined) return '';
  const values = new Map(attributes);
  return JSON.stringify([String(values.get('exception.type')), String(values.get('exception.message'))]);
}

/** How long a span took without its children. */
function ownNanos({ span, children }: SpanNode): number {
  const start = timeIn(span, 'startTime');
  const end = timeIn(span, 'endTime');
  if (start === undefined || end === undefined) return NaN;
  const total = nanosBetween(start, end);
  let covered = 0;
  let until = 0;
  for (const child of children) {
    const [from, to] = [timeIn(child.span, 'startTime'), timeIn(child.span, 'endTime')];
    if (from === undefined || to === undefined) continue;
    const begins = Math.max(until, nanosBetween(start, from));
    const ends = Math.min(total, nanosBetween(start, to));
    if (ends <= begins) continue;
    covered += ends - begins;
    until = ends;
  }
  return total - covered;
}

function sums(folded: readonly FoldedSpans[]): FoldedSpans[] {
  const byKind = new Map<Kind, FoldedSpans>();
  for (const { kind, count, nanos } of folded) {
    const sum = byKind.get(kind);
    byKind.set(kind, { kind, count: count + (sum?.count ?? 0), nanos: (nanos || 0) + (sum?.nanos ?? 0) });
  }
  return [...byKind.values()];
}
