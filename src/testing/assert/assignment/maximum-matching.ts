export interface Row {
  readonly times: number;
  /** The columns it accepts. It needs no more than all rows want together. */
  readonly accepted: readonly number[];
}

/** Whether each row can get as many columns of its own as it wants, among those it accepts. */
export function canAssignAll(rows: readonly Row[]): boolean {
  if (rows.some(({ times, accepted }) => accepted.length < times)) return false;
  return assignMatches(rows).every((columns, row) => columns.length === rows[row]?.times);
}

/**
 * Gives each row columns of its own that it accepts, as many as possible over all rows. A maximum bipartite matching.
 * Rows take what is free, then grow along augmenting paths, searched breadth first: a row whose columns are taken has
 * their rows look for others. Rows that accept enough columns for all rows together come last and always find some.
 *
 * @returns by row: its columns, at most `times`
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

/** Gives the row columns that are free. Returns their number. */
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

/** Gives the row one more column, moving others if need be. */
function augment(start: number, rows: readonly Row[], rowOf: Map<number, number>): boolean {
  /** By column: the row that found it. */
  const foundBy = new Map<number, number>();
  /** By row: the column it gives up if it gets another one. */
  const givenUp = new Map<number, number>();
  const waiting = [start];
  for (const row of waiting) {
    for (const column of (rows[row] as Row).accepted) {
      if (foundBy.has(column)) continue;
      foundBy.set(column, row);
      const owner = rowOf.get(column);
      if (owner === undefined) {
        // The free column goes to the row that found it, that row's column to the one before, back to the start.
        for (let free: number | undefined = column; free !== undefined; ) {
          const finder = foundBy.get(free) as number;
          rowOf.set(free, finder);
          free = givenUp.get(finder);
        }
        return true;
      }
      if (owner === start || givenUp.has(owner)) continue;
      givenUp.set(owner, column);
      waiting.push(owner);
    }
  }
  return false;
}
