/**
 * Gives each row a column of its own, or none at the row's price, so that the sum is least.
 *
 * The Hungarian method with potentials (Kuhn 1955; Jonker and Volgenant 1987), O(rows² · columns): every
 * row gets one more column that stands for none.
 *
 * @returns by row: its column, or -1
 */
export function assignAtLeastCost(
  rows: number,
  columns: number,
  cost: (row: number, column: number) => number,
  costOfNone: (row: number) => number,
): number[] {
  const all = columns + rows;
  const priceOf = (row: number, column: number): number =>
    column < columns ? cost(row, column) : column - columns === row ? costOfNone(row) : Infinity;

  const rowPotential = new Float64Array(rows);
  const columnPotential = new Float64Array(all);
  const rowOf = new Int32Array(all).fill(-1);
  for (let start = 0; start < rows; start++) {
    const least = new Float64Array(all).fill(Infinity);
    /** The column from whose row a column was reached, or -1 from the start. */
    const before = new Int32Array(all).fill(-1);
    const done = new Uint8Array(all);
    let row = start;
    let from = -1;
    for (;;) {
      let next = -1;
      for (let column = 0; column < all; column++) {
        if (done[column] === 1) continue;
        const reduced = priceOf(row, column) - at(rowPotential, row) - at(columnPotential, column);
        if (reduced < at(least, column)) {
          least[column] = reduced;
          before[column] = from;
        }
        if (next < 0 || at(least, column) < at(least, next)) next = column;
      }
      const delta = at(least, next);
      rowPotential[start] = at(rowPotential, start) + delta;
      for (let column = 0; column < all; column++) {
        if (done[column] === 1) {
          rowPotential[at(rowOf, column)] = at(rowPotential, at(rowOf, column)) + delta;
          columnPotential[column] = at(columnPotential, column) - delta;
        } else {
          least[column] = at(least, column) - delta;
        }
      }
      done[next] = 1;
      from = next;
      if (at(rowOf, next) < 0) break;
      row = at(rowOf, next);
    }
    for (let column = from; column >= 0; column = at(before, column)) {
      const previous = at(before, column);
      rowOf[column] = previous < 0 ? start : at(rowOf, previous);
    }
  }

  const columnOf = new Array<number>(rows).fill(-1);
  for (let column = 0; column < columns; column++) {
    if (at(rowOf, column) >= 0) columnOf[at(rowOf, column)] = column;
  }
  return columnOf;
}

function at(numbers: Float64Array | Int32Array, index: number): number {
  return numbers[index] as number;
}
