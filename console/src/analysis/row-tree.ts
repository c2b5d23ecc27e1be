import type { SpanRow } from '../model/span-row.js';

/** Parent index of a span without a parent. */
const NONE = -1;

/** The spans of one trace as a tree. Spans are referred to by index. */
export interface RowTree {
  /** In start order. */
  readonly spans: readonly SpanRow[];
  /** Index of the parent; -1 for a root. */
  readonly parents: Int32Array;
  /** In start order. */
  readonly children: readonly (readonly number[])[];
  /** In start order. */
  readonly roots: readonly number[];
}

/**
 * Puts each span below its parent, as `buildTraces()` of the cache does. Takes O(n log n) time, however deep the tree
 * is.
 *
 * A span whose parent is missing is a root. If parent ids form a cycle, its first span is a root. If spans share an id,
 * the last one gets the children. A span delivered again replaces its earlier version.
 */
export function buildRowTree(rows: readonly SpanRow[]): RowTree {
  const spans = latest(rows).sort((a, b) => a.start - b.start);
  const indexes = new Map(spans.map(({ spanId }, index) => [spanId, index]));
  const parents = Int32Array.from(spans, ({ parentSpanId }) => {
    return parentSpanId === undefined ? NONE : (indexes.get(parentSpanId) ?? NONE);
  });
  cutRings(parents);
  const children: number[][] = spans.map(() => []);
  const roots: number[] = [];
  for (let index = 0; index < spans.length; index++) (children[parents[index]!] ?? roots).push(index);
  return { spans, parents, children, roots };
}

/** The indexes of all spans in tree order: each span before its children. */
export function treeOrder({ children, roots }: RowTree): number[] {
  const order: number[] = [];
  const waiting = roots.toReversed();
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    order.push(index);
    const below = children[index]!;
    for (let i = below.length - 1; i >= 0; i--) waiting.push(below[i]!);
  }
  return order;
}

/** The rows with each span once: for a span delivered again, such as an amended one, the latest row. */
function latest(rows: readonly SpanRow[]): SpanRow[] {
  const byId = new Map<string, SpanRow>();
  let again = false;
  for (const row of rows) {
    if (byId.has(row.spanId)) again = true;
    byId.set(row.spanId, row);
  }
  if (!again) return [...rows];
  return [...new Map(rows.map((row) => [`${row.spanId} ${row.start} ${row.name}`, row])).values()];
}

/** Removes the parent of the first span of each cycle. */
function cutRings(parents: Int32Array): void {
  /** For each span, the path on which it was first visited: 1 + the index at which the path began. */
  const passedOn = new Uint32Array(parents.length);
  for (let start = 0; start < parents.length; start++) {
    let index = start;
    while (index !== NONE && passedOn[index] === 0) {
      passedOn[index] = start + 1;
      index = parents[index]!;
    }
    if (index !== NONE && passedOn[index] === start + 1) parents[firstInRing(parents, index)] = NONE;
  }
}

function firstInRing(parents: Int32Array, member: number): number {
  let first = member;
  for (let index = parents[member]!; index !== member; index = parents[index]!) first = Math.min(first, index);
  return first;
}
