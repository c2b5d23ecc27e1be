export interface Row {
  readonly times: number;
  /** Columns that the row accepts. The list may be cut to the sum of all rows' `times`: further columns change nothing. */
  readonly accepted: readonly number[];
}

/** Whether each row can get `times` columns that it accepts, with no column shared between rows. */
export function canAssignAll(rows: readonly Row[]): boolean {
  if (rows.some(({ times, accepted }) => accepted.length < times)) return false;
  return assignMatches(rows).every((columns, row) => columns.length === rows[row]?.times);
}

/**
 * Assigns as many columns as possible to rows that accept them, each column to one row: a maximum bipartite matching.
 *
 * Rows first take free columns, then grow along augmenting paths, which are searched breadth first. Rows that accept
 * enough columns for all rows together come last: there is always a free column for them.
 *
 * @returns for each row, its columns: at most `times`
 */
export function assignMatches(rows: readonly Row[]): number[][] {
  const wanted = rows.reduce((sum, { times }) => sum + times, 0);
  const isContested = ({ accepted }: Row): boolean => accepted.length < wanted;
  const rowOf = new Map<number, number>();
  const missing = rows.map((row, index) => (isContested(row) ? row.times - takeFree(row, index, rowOf) : 0));
  for (const [index, count] of missing.entries()) {
    for (let left = count; left > 0 && augment(index, rows, rowOf); left--);
  }
  for (const [index, row] of rows.entries()) if (!isContested(row)) takeFree(row, index, rowOf);

  const assigned = rows.map((): number[] => []);
  for (const [column, row] of rowOf) assigned[row]?.push(column);
  return assigned;
}

/** Assigns free columns to the row. Returns how many. */
function takeFree({ times, accepted }: Row, row: number, rowOf: Map<number, number>): number {
  let taken = 0;
  for (const column of accepted) {
    if (taken === times) break;
    if (rowOf.has(column)) continue;
    rowOf.set(column, row);
    taken++;
  }
  return taken;
}

/** Assigns one more column to the row, if necessary by moving columns between other rows. */
function augment(start: number, rows: readonly Row[], rowOf: Map<number, number>): boolean {
  /** The row that reached each column. */
  const foundBy = new Map<number, number>();
  /** The column that each visited row releases if the path through it succeeds. */
  const released = new Map<number, number>();
  const waiting = [start];
  for (const row of waiting) {
    for (const column of (rows[row] as Row).accepted) {
      if (foundBy.has(column)) continue;
      foundBy.set(column, row);
      const owner = rowOf.get(column);
      if (owner === undefined) {
        // Shift columns along the path: each row takes the column that it reached, back to the start.
        for (let free: number | undefined = column; free !== undefined;) {
          const finder = foundBy.get(free) as number;
          rowOf.set(free, finder);
          free = released.get(finder);
        }
        return true;
      }
      if (owner === start || released.has(owner)) continue;
      released.set(owner, column);
      waiting.push(owner);
    }
  }
  return false;
}
