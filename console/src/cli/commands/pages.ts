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

/** Follows the cursors until there are enough rows or no more pages. */
export async function collectPages<Row>(
  limit: number,
  request: (more: { readonly limit: number; readonly cursor: string | undefined }) => Promise<Page<Row>>,
): Promise<Collected<Row>> {
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
