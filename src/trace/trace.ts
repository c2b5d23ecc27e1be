import { groupBy } from '../support/group-by.js';
import type { ReadableSpan } from '../model/otel.js';
import { textOf } from '../model/text-of.js';
import { UNREADABLE } from '../model/value-parts.js';
import { isCapturedSpan, placeOf, type SpanPlace } from './plain-span.js';
import { buildTree } from './tree.js';
import { mapTree } from './walk.js';

/** A span in its place in the tree. */
export interface SpanNode {
  readonly span: ReadableSpan;
  /** In the order they started. */
  readonly children: readonly SpanNode[];
  /** Whether it has a parent in this process that is not among the spans: not ended yet, or lost. */
  readonly parentMissing: boolean;
}

/** The spans of one trace. */
export interface Trace {
  readonly traceId: string;
  /** Spans without a parent here, in the order they started. More than one if parents are missing. */
  readonly roots: readonly SpanNode[];
  /** All spans, in the order they were given. */
  readonly spans: readonly ReadableSpan[];
  /**
   * Whether no parent in this process is missing among the spans. Of a trace that `subscribeToTraces()` delivers, also
   * whether it is over: its local root has ended, nothing came for `settleMillis`, and none of it was delivered before.
   */
  readonly complete: boolean;
}

/**
 * Groups spans into one tree per trace, traces in the order of their first span.
 *
 * The order of the spans does not matter: a parent usually ends after its children. A span whose parent
 * is not among them becomes a root; so does the first span of a ring of spans that claim each other as
 * parents, so that none is left out. A span that is given twice, such as an amended one, has the place of the later one;
 * of different spans that share an id each has a place, and their children stand below the last. Never throws for
 * what it reads of a span: those whose ids cannot be read are roots of a trace called `[unreadable]`.
 */
export function buildTraces(spans: Iterable<ReadableSpan>): Trace[] {
  const traces = groupBy(Array.from(spans, placeOf<ReadableSpan>), ({ traceId }) => traceId);
  return Array.from(traces, ([traceId, places]) => {
    const roots = rootsOf(places);
    return { traceId, roots, spans: places.map(({ span }) => span), complete: !roots.some(({ parentMissing }) => parentMissing) };
  });
}

function rootsOf(places: readonly SpanPlace<ReadableSpan>[]): SpanNode[] {
  const roots = buildTree([...new Map(places.map((place) => [identityOf(place), place])).values()], {
    id: ({ spanId }) => (spanId === UNREADABLE ? undefined : spanId),
    parentId: ({ parentSpanId }) => parentSpanId,
    order: byStart,
  });
  return mapTree(roots, ({ item: { span, parentIsRemote }, parentMissing }, children): SpanNode => {
    return { span, children, parentMissing: parentMissing && !parentIsRemote };
  });
}

/** Characters of a name by which a span that is given again is told from another one. */
const MAX_COMPARED = 200;

/** The same for a span that is given again. Copies that a test reads are each a span of their own. */
function identityOf(place: SpanPlace): unknown {
  const { span, name, spanId, startTime } = place;
  if (spanId === undefined || spanId === UNREADABLE || isCapturedSpan(span)) return place;
  return [spanId, startTime.join(), textOf(name, MAX_COMPARED)].join(' ');
}

/** Spans without a time come last. */
function byStart({ startTime: [a, nanosOfA] }: SpanPlace, { startTime: [b, nanosOfB] }: SpanPlace): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b || nanosOfA - nanosOfB;
}
