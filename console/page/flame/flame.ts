/** The boxes of a flame: each list has one number per box. */
export interface Boxes {
  /** Edges, from 0 to `total`. */
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** Row from the top; the row of a box is below the row of its parent. */
  readonly row: Uint32Array;
  /** Index of the parent; -1 for a root. */
  readonly parent: Int32Array;
  /** Where boxes are too narrow to be drawn separately, the highest tone is shown. */
  readonly tone: Uint8Array;
}

/** A picture of boxes in rows. Boxes of one row do not overlap. */
export class Flame {
  readonly boxes: Boxes;
  readonly total: number;
  /** Indexes of the boxes of each row, from left to right. */
  readonly rows: readonly (readonly number[])[];

  constructor(boxes: Boxes, total: number) {
    this.boxes = boxes;
    this.total = total;
    const rows: number[][] = [];
    for (const [index, row] of boxes.row.entries()) (rows[row] ??= []).push(index);
    const { left, right } = boxes;
    for (const row of rows) row.sort((a, b) => left[a]! - left[b]! || right[a]! - right[b]!);
    this.rows = rows;
  }

  get count(): number {
    return this.boxes.row.length;
  }

  /** Position within its row of the first box that ends after `edge`. */
  firstEndingAfter(row: number, edge: number): number {
    const indexes = this.rows[row] ?? [];
    const { right } = this.boxes;
    let low = 0;
    let high = indexes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (right[indexes[middle]!]! <= edge) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The box at a place, or the nearest one within `within`; -1 if there is none. */
  at(row: number, place: number, within: number): number {
    const indexes = this.rows[row] ?? [];
    const { left, right } = this.boxes;
    const next = this.firstEndingAfter(row, place);
    let best = -1;
    let distance = within;
    for (const at of [next - 1, next]) {
      const index = indexes[at];
      if (index === undefined) continue;
      const off = Math.max(0, left[index]! - place, place - right[index]!);
      if (off <= distance) {
        best = index;
        distance = off;
      }
    }
    return best;
  }

  /** The neighbour of a box in its row. */
  beside(index: number, step: 1 | -1): number {
    const row = this.rows[this.boxes.row[index]!] ?? [];
    return row[row.indexOf(index) + step] ?? index;
  }

  parentOf(index: number): number {
    return this.boxes.parent[index] ?? -1;
  }

  /** The widest child of a box; the box itself if it has none. */
  widestBelow(index: number): number {
    const { left, right, parent } = this.boxes;
    let widest = index;
    let width = -1;
    for (let i = 0; i < parent.length; i++) {
      if (parent[i] !== index || right[i]! - left[i]! <= width) continue;
      widest = i;
      width = right[i]! - left[i]!;
    }
    return widest;
  }
}
