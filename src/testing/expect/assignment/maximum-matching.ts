/**
 * Whether each row can get a column of its own, among those it accepts.
 *
 * A maximum bipartite matching, grown along augmenting paths that are looked for breadth first: a row that
 * finds its columns taken lets their rows look for others. O(rows · edges).
 */
export function canAssignAll(rows: number, columns: number, accepts: (row: number, column: number) => boolean): boolean {
  if (rows > columns) return false;
  const edges: number[][] = [];
  for (let row = 0; row < rows; row++) {
    const accepted = [];
    for (let column = 0; column < columns; column++) if (accepts(row, column)) accepted.push(column);
    if (accepted.length === 0) return false;
    edges.push(accepted);
  }
  const rowOf = new Array<number | undefined>(columns);
  return edges.every((_, row) => augment(row, edges, rowOf));
}

/** Gives the row a column, moving others if need be. */
function augment(start: number, edges: readonly (readonly number[])[], rowOf: (number | undefined)[]): boolean {
  /** By column: the row that came upon it. */
  const foundBy = new Map<number, number>();
  const waiting = [start];
  for (const row of waiting) {
    for (const column of edges[row] as readonly number[]) {
      if (foundBy.has(column)) continue;
      foundBy.set(column, row);
      const owner = rowOf[column];
      if (owner === undefined) {
        shift(column, foundBy, rowOf, start);
        return true;
      }
      waiting.push(owner);
    }
  }
  return false;
}

/** Hands the free column to the row that found it, that row's column to the one before, back to the start. */
function shift(free: number, foundBy: ReadonlyMap<number, number>, rowOf: (number | undefined)[], start: number): void {
  let column = free;
  for (let row = foundBy.get(column) as number; ; row = foundBy.get(column) as number) {
    const previous = row === start ? -1 : rowOf.indexOf(row);
    rowOf[column] = row;
    if (previous < 0) return;
    column = previous;
  }
}
