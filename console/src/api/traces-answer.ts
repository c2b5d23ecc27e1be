import type { QueryContract } from '../engine/contract.js';
import type { TraceRow } from '../model/trace-row.js';
import { comparePlaces, type Cursor, type Place, writeCursor } from './cursor.js';
import type { Scan } from './scan.js';
import type { TracesRequest } from './schemas.js';
import { TopRows } from './top-rows.js';

type Sort = NonNullable<TracesRequest['sort']>;

export interface PageRequest {
  readonly sort: Sort;
  readonly limit: number;
  readonly cursor: Cursor;
  readonly epoch: string;
}

export interface TracePage {
  readonly traces: readonly TraceRow[];
  readonly matched: number;
  readonly partial: boolean;
  readonly givenUp: number;
  readonly cursor: string | null;
}

/** The sort key of each order of traces, in descending order. */
const KEYS: Readonly<Record<Sort, (trace: TraceRow) => number>> = {
  newest: ({ id }) => id,
  slowest: ({ duration }) => duration,
  spans: ({ spans }) => spans.length,
  errors: ({ failed }) => failed,
};

/**
 * One page of the matching traces.
 *
 * If time runs out before every trace was read, the page has the first rows among the newer traces, and the cursor
 * continues with the older ones: merging such pages by the order gives the first rows of all. No row is lost, but a row
 * may come twice.
 */
export function tracePage(scan: Scan, query: QueryContract, { sort, limit, cursor, epoch }: PageRequest): TracePage {
  const keyOf = KEYS[sort];
  const top = new TopRows<TraceRow>(limit);
  let matched = 0;
  for (const trace of scan.matching(query)) {
    const place = { key: keyOf(trace), id: trace.id };
    if (cursor.after !== undefined && comparePlaces(place, cursor.after) <= 0) continue;
    matched++;
    top.add(place, trace);
  }
  const { items, last } = top.take();
  const next = scan.interrupted ? interrupted(scan, sort, cursor, last) : finished(cursor, last);
  return {
    traces: items,
    matched,
    partial: scan.interrupted,
    givenUp: scan.givenUp,
    cursor: next === undefined ? null : writeCursor(next, epoch, sort),
  };
}

/** Continues with older rows. In the order "newest first", rows that the page left out come before them. */
function interrupted(scan: Scan, sort: Sort, { after, floor }: Cursor, last: Place | undefined): Cursor {
  if (sort === 'newest' && last !== undefined) return { after: last, before: undefined, span: 0, floor: undefined };
  return { after: sort === 'newest' ? undefined : after, ...scan.place, floor: firstOf(floor, last) };
}

/** Starts over after the rows already returned, if any were left out. */
function finished({ floor }: Cursor, last: Place | undefined): Cursor | undefined {
  const after = firstOf(floor, last);
  return after === undefined ? undefined : { after, before: undefined, span: 0, floor: undefined };
}

/** The first of two places in the order. */
function firstOf(a: Place | undefined, b: Place | undefined): Place | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return comparePlaces(a, b) <= 0 ? a : b;
}
