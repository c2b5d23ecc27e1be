import { EXCEPTION_MESSAGE, EXCEPTION_TYPE } from '../model/semconv.js';
import { extentOf } from '../trace/extent.js';
import { plainSpan, type AnySpan, type PlainEvent, type PlainSpan } from '../trace/plain-span.js';
import { nanosBetween } from '../trace/text/duration.js';
import { mapTree, nodesOf } from '../trace/walk.js';
import { ownAttributes } from './attributes.js';
import { isFailed } from './describe-span.js';

/** Attributes that instrumentations of web frameworks set on spans of their layers, such as middleware. */
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

/** Scopes of the instrumentations whose spans describe the opening of a connection. */
const CONNECTION_SCOPES: ReadonlySet<unknown> = new Set([
  '@opentelemetry/instrumentation-net',
  '@opentelemetry/instrumentation-dns',
]);

/** Self time from which a span is shown: the lower of this time and the share of the trace's duration. */
const SLOW_NANOS = 50e6;
const SLOW_SHARE = { framework: 0.1, connection: 0.5 };
/** Spans with less self time are never slow. */
const MIN_SLOW_NANOS = 1e6;

type Kind = keyof typeof SLOW_SHARE;

/** Spans folded into a span that is shown. */
export interface FoldedSpans {
  readonly kind: Kind;
  readonly count: number;
  /** Total self time of the folded spans. */
  readonly nanos: number;
}

/** A span on the page, or a gap in place of a missing parent. */
export interface FoldedItem {
  readonly view: PlainSpan | undefined;
  readonly parentMissing: boolean;
  readonly children: FoldedItem[];
  readonly folded: readonly FoldedSpans[];
}

/** The result of folding an item and its descendants. */
interface Folded {
  readonly items: FoldedItem[];
  readonly folded: readonly FoldedSpans[];
  /** Exceptions of the spans that are shown. */
  readonly exceptions: ReadonlySet<string>;
}

/**
 * Folds spans that only describe a layer of a web framework or the opening of a connection into the span above. Their
 * children move up.
 *
 * A span is kept if it failed, is open, has no parent here, has much self time, or has events or attributes set by the
 * application. An exception that a descendant shows as well is no reason to keep a span.
 */
export function foldItems(items: FoldedItem[]): FoldedItem[] {
  const views = nodesOf(items).flatMap(({ view }) => view ?? []);
  if (!views.some(kindOf)) return items;
  const { nanos } = extentOf(views);
  const isSlow = ({ kind, nanos: own }: FoldedSpans): boolean => {
    return own >= Math.min(SLOW_NANOS, Math.max(MIN_SLOW_NANOS, SLOW_SHARE[kind] * nanos));
  };
  const top = new Set(items.flatMap((item) => (item.view === undefined ? [item, ...item.children] : [item])));
  return mapTree<FoldedItem, Folded>(items, (item, below) => {
    const { view } = item;
    const rest = { items: below.flatMap((each) => each.items), folded: sums(below.flatMap((each) => each.folded)) };
    const exceptions = new Set<string>();
    for (const each of below) for (const exception of each.exceptions) exceptions.add(exception);
    const kind = view && kindOf(view);
    const own = kind && { kind, count: 1, nanos: ownNanos(item) };
    if (own && !top.has(item) && isUninformative(view, exceptions) && !isSlow(own)) {
      return { items: rest.items, folded: sums([...rest.folded, own]), exceptions };
    }
    for (const event of view?.events ?? []) if (isException(event)) exceptions.add(exceptionIn(event));
    return { items: [{ ...item, children: rest.items, folded: rest.folded }], folded: [], exceptions };
  }).flatMap((rest) => rest.items);
}

/** Whether a trace only has spans that would be folded as connections. */
export function areMereConnections(spans: readonly AnySpan[]): boolean {
  return spans.every((span) => {
    const view = plainSpan(span);
    return (
      kindOf(view) === 'connection' &&
      isUninformative(view, new Set()) &&
      nanosBetween(view.startTime, view.endTime) < SLOW_NANOS
    );
  });
}

function kindOf({ scope, kind, attributes }: PlainSpan): Kind | undefined {
  if (CONNECTION_SCOPES.has(scope)) return 'connection';
  return kind === 'internal' && attributes.some(([key, value]) => LAYER_KEYS.has(key) && typeof value === 'string')
    ? 'framework'
    : undefined;
}

function isUninformative(view: PlainSpan, shownBelow: ReadonlySet<string>): boolean {
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

/** A key made of the type and the message of an exception. */
function exceptionIn({ attributes }: PlainEvent): string {
  const values = new Map(attributes);
  return JSON.stringify([String(values.get(EXCEPTION_TYPE)), String(values.get(EXCEPTION_MESSAGE))]);
}

/** Self time: the duration of a span without the time covered by its children, which are in start order. */
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
