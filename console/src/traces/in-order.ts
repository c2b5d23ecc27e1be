import type { NewSpanRow } from '../model/span-row.js';

/** Parent index of a root, and depth of a span before it is known. */
const NONE = -1;

/** Spans in the order that a `TraceRow` requires. */
export interface InOrder {
  readonly spans: NewSpanRow[];
  /** Whether a parent in the same process as its child is missing from the spans. */
  readonly hasGap: boolean;
}

/**
 * Sorts the spans of a trace by start, with parents before children however wrong the clocks are.
 *
 * A span whose parent is missing is a root. If parent ids form a cycle, its first span is a root. If spans share an id,
 * the last to arrive gets the children. A span whose start cannot be read gets the start of its parent.
 *
 * @param placeOf finds the last span with an id, or -1
 */
export function inOrder(spans: NewSpanRow[], placeOf: (spanId: string) => number): InOrder {
  if (spans.length === 1) return { spans: [withStart(spans[0]!, 0)], hasGap: isBelowMissing(spans[0]!) };
  let hasGap = false;
  const parents = spans.map((span, index) => {
    if (span.parentSpanId === undefined) return NONE;
    const parent = placeOf(span.parentSpanId);
    if (parent === NONE && !span.parentIsRemote) hasGap = true;
    // Share the parent's string of the id.
    if (parent !== NONE) span.parentSpanId = spans[parent]!.spanId;
    return parent === index ? NONE : parent;
  });
  const depths = new Int32Array(spans.length).fill(NONE);
  const orders = new Float64Array(spans.length);
  const fallback = earliestOf(spans, parents);
  for (let index = 0; index < spans.length; index++) {
    if (depths[index] === NONE) placeUpTo(index, { spans, parents, depths, orders, fallback });
  }
  const indexes = spans.map((_, index) => index);
  indexes.sort(
    (a, b) => orders[a]! - orders[b]! || depths[a]! - depths[b]! || spans[a]!.start - spans[b]!.start || a - b,
  );
  return { spans: indexes.map((index) => spans[index]!), hasGap };
}

interface Places {
  readonly spans: NewSpanRow[];
  readonly parents: number[];
  /** Distance from a root; -1 for a span not placed yet. */
  readonly depths: Int32Array;
  /** The sort key of each span: its start, but no earlier than that of its parent. */
  readonly orders: Float64Array;
  readonly fallback: number;
}

/** Walks up to a root or a span placed before, then down again. */
function placeUpTo(index: number, { spans, parents, depths, orders, fallback }: Places): void {
  const walk: number[] = [];
  let at = index;
  while (at !== NONE && depths[at] === NONE) {
    depths[at] = 0;
    walk.push(at);
    at = parents[at]!;
  }
  const ringAt = at === NONE ? NONE : walk.indexOf(at);
  if (ringAt !== NONE) cutRing(walk, ringAt, spans, parents);
  for (let place = walk.length - 1; place >= 0; place--) {
    const span = walk[place]!;
    const parent = parents[span]!;
    spans[span] = withStart(spans[span]!, parent === NONE ? fallback : spans[parent]!.start);
    depths[span] = parent === NONE ? 0 : depths[parent]! + 1;
    orders[span] = parent === NONE ? spans[span].start : Math.max(spans[span].start, orders[parent]!);
  }
}

/** Removes the parent of the first span of a cycle, and moves that span to the end of the walk, where roots are. */
function cutRing(walk: number[], from: number, spans: readonly NewSpanRow[], parents: number[]): void {
  const ring = walk.slice(from);
  const first = ring.reduce((best, member) => (startOf(spans[member]!) < startOf(spans[best]!) ? member : best));
  parents[first] = NONE;
  const cut = ring.indexOf(first) + 1;
  walk.splice(from, ring.length, ...ring.slice(cut), ...ring.slice(0, cut));
}

function earliestOf(spans: readonly NewSpanRow[], parents: readonly number[]): number {
  let earliest = Infinity;
  for (const [index, span] of spans.entries()) {
    if (parents[index] === NONE) earliest = Math.min(earliest, startOf(span));
  }
  return earliest === Infinity ? 0 : earliest;
}

function startOf({ start }: NewSpanRow): number {
  return Number.isNaN(start) ? Infinity : start;
}

function isBelowMissing({ parentSpanId, parentIsRemote, spanId }: NewSpanRow): boolean {
  return parentSpanId !== undefined && !parentIsRemote && parentSpanId !== spanId;
}

/** The span; or, if its start cannot be read, a copy with this start, also for its events without a time. */
function withStart(span: NewSpanRow, start: number): NewSpanRow {
  if (!Number.isNaN(span.start)) return span;
  return {
    ...span,
    start,
    events: span.events.map((event) => (Number.isNaN(event.time) ? { ...event, time: start } : event)),
  };
}
