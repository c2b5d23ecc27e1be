import { groupBy } from '../support/group-by.js';
import type { ReadableSpan } from '../model/otel.js';
import { textOf } from '../model/text-of.js';
import { UNREADABLE } from '../model/value-parts.js';
import { isCapturedSpan, placeOf, type SpanPlace } from './plain-span.js';
import { buildTree } from './tree.js';
import { mapTree } from './walk.js';

/** A span with its child spans. */
export interface SpanNode {
  readonly span: ReadableSpan;
  /** Child spans in start order. */
  readonly children: readonly SpanNode[];
  /** Whether the parent belongs to this process, but is not among the spans: it has not ended yet, or was lost. */
  readonly parentMissing: boolean;
}

/** The spans of one trace. */
export interface Trace {
  readonly traceId: string;
  /** Spans without a parent in this trace, in start order. More than one if parents are missing. */
  readonly roots: readonly SpanNode[];
  /** All spans, in the order in which they were passed. */
  readonly spans: readonly ReadableSpan[];
  /**
   * Whether all parents that belong to this process are among the spans. For a trace from `subscribeToTraces()`, its
   * local root must also have ended, no span may have arrived for `settleMillis`, and no part of it may have been
   * delivered before.
   */
  readonly complete: boolean;
}

/**
 * Groups spans by trace and builds the tree of each trace. Traces are returned in the order of their first span.
 *
 * Spans may be passed in any order. A span whose parent is missing becomes a root. If the parent ids form a cycle, the
 * first span of the cycle becomes a root, so that none is left out. If a span is passed twice, such as an amended span,
 * the later one is used. Different spans that share an id are all kept, and the last one gets the children.
 *
 * Errors that a span throws when it is read are caught: spans without readable ids become roots of a trace with the id
 * `[unreadable]`.
 */
export function buildTraces(spans: Iterable<ReadableSpan>): Trace[] {
  const traces = groupBy(Array.from(spans, placeOf<ReadableSpan>), ({ traceId }) => traceId);
  return Array.from(traces, ([traceId, places]) => {
    const roots = rootsOf(places);
    return {
      traceId,
      roots,
      spans: places.map(({ span }) => span),
      complete: !roots.some(({ parentMissing }) => parentMissing),
    };
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

/** Characters of a name that are compared to recognize a span passed twice. */
const MAX_COMPARED = 200;

/** A key that is equal for a span passed twice. Each captured copy has its own key. */
function identityOf(place: SpanPlace): unknown {
  const { span, name, spanId, startTime } = place;
  if (spanId === undefined || spanId === UNREADABLE || isCapturedSpan(span)) return place;
  return [spanId, startTime.join(), textOf(name, MAX_COMPARED)].join(' ');
}

/** Orders by start time. Spans without a time come last. */
function byStart({ startTime: [a, nanosOfA] }: SpanPlace, { startTime: [b, nanosOfB] }: SpanPlace): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b || nanosOfA - nanosOfB;
}
