import { EXCEPTION_MESSAGE, EXCEPTION_TYPE } from '../model/semconv.js';
import { extentOf } from '../trace/extent.js';
import { plainSpan, type AnySpan, type PlainEvent, type PlainSpan } from '../trace/plain-span.js';
import { nanosBetween } from '../trace/text/duration.js';
import { mapTree, nodesOf } from '../trace/walk.js';
import { ownAttributes } from './attributes.js';
import { isFailed } from './describe-span.js';

/** Attributes that instrumentations of frameworks put on the layers that a request passes through. */
const LAYER_KEYS: ReadonlySet<string> = new Set([
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
]);

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

/** A span on the page, or the gap where one is missing, which its children name as their parent. */
export interface FoldedItem {
  readonly view: PlainSpan | undefined;
  readonly parentMissing: boolean;
  readonly children: FoldedItem[];
  readonly folded: readonly FoldedSpans[];
}

/** What is left of an item, and what was left out, after it and all below it were looked at. */
interface Rest {
  readonly items: FoldedItem[];
  readonly folded: readonly FoldedSpans[];
  /** Exceptions that are shown. */
  readonly exceptions: ReadonlySet<string>;
}

/**
 * The items without the spans that only say which layers of a framework a request has passed, or that a connection was
 * made; what is below them moves up. The span above tells how many were left out.
 *
 * A span stays if it failed, has events or attributes of the application's own, has not ended, has no parent here, or is slow
 * by itself. An exception counts for nothing if a span below shows the same one.
 */
export function foldItems(items: FoldedItem[]): FoldedItem[] {
  const views = nodesOf(items).flatMap(({ view }) => view ?? []);
  if (!views.some(kindOf)) return items;
  const { nanos } = extentOf(views);
  const isSlow = ({ kind, nanos: own }: FoldedSpans): boolean => {
    return own >= Math.min(SLOW_NANOS, Math.max(MIN_SLOW_NANOS, SLOW_SHARE[kind] * nanos));
  };
  const top = new Set(items.flatMap((item) => (item.view === undefined ? [item, ...item.children] : [item])));
  return mapTree<FoldedItem, Rest>(items, (item, below) => {
    const { view } = item;
    const rest = { items: below.flatMap((each) => each.items), folded: sums(below.flatMap((each) => each.folded)) };
    const exceptions = new Set<string>();
    for (const each of below) for (const exception of each.exceptions) exceptions.add(exception);
    const kind = view && kindOf(view);
    const own = kind && { kind, count: 1, nanos: ownNanos(item) };
    if (own && !top.has(item) && saysNothing(view, exceptions) && !isSlow(own)) {
      return { items: rest.items, folded: sums([...rest.folded, own]), exceptions };
    }
    for (const event of view?.events ?? []) if (isException(event)) exceptions.add(exceptionIn(event));
    return { items: [{ ...item, children: rest.items, folded: rest.folded }], folded: [], exceptions };
  }).flatMap((rest) => rest.items);
}

/** Whether spans tell no more than that connections were made: there is no span above them that could say so. */
export function areMereConnections(spans: readonly AnySpan[]): boolean {
  return spans.every((span) => {
    const view = plainSpan(span);
    return kindOf(view) === 'connection' && saysNothing(view, new Set()) && nanosBetween(view.startTime, view.endTime) < SLOW_NANOS;
  });
}

function kindOf({ scope, kind, attributes }: PlainSpan): Kind | undefined {
  if (CONNECTION_SCOPES.has(scope)) return 'connection';
  return kind === 'internal' && attributes.some(([key, value]) => LAYER_KEYS.has(key) && typeof value === 'string') ? 'framework' : undefined;
}

function saysNothing(view: PlainSpan, shownBelow: ReadonlySet<string>): boolean {
  return (
    view.ended &&
    !isFailed(view) &&
    view.droppedEventsCount === 0 &&
    ownAttributes(view.attributes).length === 0 &&
    view.events.every((event) => isException(event) && shownBelow.has(exceptionIn(event)))
  );
}

function isException({ name, isLog }: PlainEvent): boolean {
  return name === 'exception' && !isLog;
}

/** The type and the message of an exception. */
function exceptionIn({ attributes }: PlainEvent): string {
  const values = new Map(attributes);
  return JSON.stringify([String(values.get(EXCEPTION_TYPE)), String(values.get(EXCEPTION_MESSAGE))]);
}

/** How long a span took without its children. */
function ownNanos({ view, children }: FoldedItem): number {
  const { startTime, endTime } = view!;
  const total = nanosBetween(startTime, endTime);
  let covered = 0;
  let until = 0;
  for (const child of children) {
    const begins = Math.max(until, nanosBetween(startTime, child.view!.startTime));
    const ends = Math.min(total, nanosBetween(startTime, child.view!.endTime));
    if (!(ends > begins)) continue;
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
