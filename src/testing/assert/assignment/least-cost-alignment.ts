/**
 * Gives each row a column further on than the rows before it, or none at the row's price, so that the sum
 * is least. By dynamic programming, O(rows · columns).
 *
 * @returns by row: its column, or -1
 */
export function alignAtLeastCost(
  rows: number,
  columns: number,
  cost: (row: number, column: number) => number,
  costOfNone: (row: number) => number,
): number[] {
  // best[row][column]: the least sum for the rows from `row` on, with the columns from `column` on.
  const best = Array.from({ length: rows + 1 }, () => new Float64Array(columns + 1));
  const get = (row: number, column: number): number => (best[row] as Float64Array)[column] as number;
  for (let row = rows - 1; row >= 0; row--) {
    const sums = best[row] as Float64Array;
    sums[columns] = costOfNone(row) + get(row + 1, columns);
    for (let column = columns - 1; column >= 0; column--) {
      const none = costOfNone(row) + get(row + 1, column);
      const taken = cost(row, column) + get(row + 1, column + 1);
      sums[column] = Math.min(taken, get(row, column + 1), none);
    }
  }

  const columnOf: number[] = [];
  let row = 0;
  let column = 0;
  while (row < rows) {
    if (column < columns && get(row, column) === cost(row, column) + get(row + 1, column + 1)) {
      columnOf[row++] = column++;
    } else if (column < columns && get(row, column) === get(row, column + 1)) {
      column++;
    } else {
      columnOf[row++] = -1;
    }
  }
  return columnOf;
}
