import type { Coverage } from '../../api/schemas.js';

/** Maximum number of answers requested in a row, each of which takes up to 200 ms of the console's time. */
const MAX_PAGES = 50;

/** An answer that may be one of several pages. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly matched: number;
  readonly partial: boolean;
  readonly givenUp: number;
  readonly cursor: string | null;
  readonly coverage: Coverage;
}

export interface Collected<Row> {
  readonly rows: readonly Row[];
  /** Whether more match than were wanted. */
  readonly more: boolean;
  /** Whether the console has not searched everything that it keeps. */
  readonly partial: boolean;
  /** Number of rows given up because each took the whole time of an answer. Whether they match is unknown. */
  readonly givenUp: number;
  readonly coverage: Coverage;
}

type PageRequest<Row> = (more: { readonly limit: number; readonly cursor: string | undefined }) => Promise<Page<Row>>;

/** Follows the cursors of a list, newest first, until there are enough rows or no more pages. */
export async function collectPages<Row>(limit: number, request: PageRequest<Row>): Promise<Collected<Row>> {
  let page = await request({ limit, cursor: undefined });
  const rows = [...page.rows];
  let { givenUp } = page;
  for (let count = 1; page.cursor !== null && rows.length < limit && count < MAX_PAGES; count++) {
    page = await request({ limit: limit - rows.length, cursor: page.cursor });
    rows.push(...page.rows);
    givenUp += page.givenUp;
  }
  const isFull = rows.length >= limit;
  return {
    rows,
    more: isFull && (page.cursor !== null || page.matched > page.rows.length),
    partial: !isFull && (page.partial || page.cursor !== null),
    givenUp,
    coverage: page.coverage,
  };
}

/**
 * Finds the first rows of a list in another order. A partial page has the first rows of some newer traces, so the first
 * rows of all are known once the oldest trace has been searched.
 *
 * @param compare the order; of equal rows, the newer one comes first
 */
export async function mergePages<Row>(
  limit: number,
  compare: (a: Row, b: Row) => number,
  request: PageRequest<Row>,
): Promise<Collected<Row>> {
  let page = await request({ limit, cursor: undefined });
  let rows = [...page.rows];
  let { givenUp } = page;
  let left = page.matched - page.rows.length;
  for (let count = 1; page.partial && page.cursor !== null && count < MAX_PAGES; count++) {
    page = await request({ limit, cursor: page.cursor });
    const merged = [...rows, ...page.rows].sort(compare);
    rows = merged.slice(0, limit);
    left += page.matched - page.rows.length + merged.length - rows.length;
    givenUp += page.givenUp;
  }
  return { rows, more: left > 0, partial: page.partial, givenUp, coverage: page.coverage };
}
