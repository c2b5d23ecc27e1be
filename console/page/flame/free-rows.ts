/** Rows, each occupied up to an edge. A binary tree of minima finds a free row in O(log n). */
export class FreeRows {
  readonly #size: number;
  readonly #least: Float64Array;

  constructor(rows: number) {
    this.#size = 2 ** Math.ceil(Math.log2(Math.max(2, rows)));
    this.#least = new Float64Array(2 * this.#size).fill(-Infinity);
  }

  /**
   * The first row, from `from` on, that is free at `edge`. There is always one, because there are as many rows as
   * boxes.
   */
  firstFree(from: number, edge: number): number {
    let node = from + this.#size;
    // Climb until the right-hand neighbour contains a free row, then descend to its first one.
    while (this.#least[node]! > edge) {
      while (node % 2 === 1) node >>= 1;
      node++;
    }
    while (node < this.#size) node = this.#least[2 * node]! <= edge ? 2 * node : 2 * node + 1;
    return node - this.#size;
  }

  take(row: number, until: number): void {
    let node = row + this.#size;
    this.#least[node] = Math.max(this.#least[node]!, until);
    for (node >>= 1; node > 0; node >>= 1) {
      this.#least[node] = Math.min(this.#least[2 * node]!, this.#least[2 * node + 1]!);
    }
  }
}
