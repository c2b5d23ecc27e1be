/*
 * The cells that durations are counted in. An octave, from one power of two to the next, has 32 cells of equal width:
 * a cell is at most 1/32 of its lower bound wide, so that its middle is at most 1.6 % from any value in it.
 *
 *   cell 0    0 to 2⁻¹⁴ ms (61 ns)
 *   cell 1 …  2⁻¹⁴ ms to 2⁴² ms (139 years); longer durations count in the last cell
 */

const LOWEST_EXPONENT = -14;
const OCTAVES = 56;
const CELLS_PER_OCTAVE = 32;
const BIAS = 1_023;

export const CELLS = OCTAVES * CELLS_PER_OCTAVE + 1;

/** The top bits of a double (sign, exponent and the first five bits of the fraction) are the number of its cell. */
const FIRST_CELL = ((BIAS + LOWEST_EXPONENT) << 5) - 1;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
double[0] = 1;
const HIGH_WORD = words[1] === 0 ? 0 : 1;

/** The cell of a duration in milliseconds. Any value that is not a positive number counts as 0. */
export function cellOf(millis: number): number {
  if (!(millis > 0)) return 0;
  double[0] = millis;
  const cell = (words[HIGH_WORD]! >>> 15) - FIRST_CELL;
  if (cell < 0) return 0;
  return cell < CELLS ? cell : CELLS - 1;
}

/** Lower bound of a cell in milliseconds. For `CELLS`, the upper bound of the last cell. */
export function lowerBound(cell: number): number {
  if (cell === 0) return 0;
  const octave = Math.floor((cell - 1) / CELLS_PER_OCTAVE);
  const step = (cell - 1) % CELLS_PER_OCTAVE;
  return 2 ** (LOWEST_EXPONENT + octave) * (1 + step / CELLS_PER_OCTAVE);
}

/** 0 for cell 0, then one number per octave. */
export function octaveOf(cell: number): number {
  return (cell + CELLS_PER_OCTAVE - 1) >> 5;
}

/** The value that represents a cell: its middle; 0 for the first cell. */
const MIDDLES = Float64Array.from({ length: CELLS }, (_, cell) =>
  cell === 0 ? 0 : (lowerBound(cell) + lowerBound(cell + 1)) / 2,
);

const NONE = new Float64Array(0);

/**
 * Counts of durations by cell. Merging is exact, so percentiles of merged histograms are as accurate as percentiles of
 * a single one. Holds the octaves between the shortest and the longest duration seen, 256 bytes each.
 */
export class Histogram {
  #base = 0;
  #counts = NONE;

  add(cell: number, times = 1): void {
    const at = cell - this.#base;
    if (at >= 0 && at < this.#counts.length) this.#counts[at]! += times;
    else {
      this.#cover(cell, cell);
      this.#counts[cell - this.#base]! += times;
    }
  }

  /** Adds counts for cells in ascending order. */
  addCells(cells: Uint16Array, counts: Uint32Array, from: number, to: number): void {
    if (from >= to) return;
    this.#cover(cells[from]!, cells[to - 1]!);
    for (let i = from; i < to; i++) this.#counts[cells[i]! - this.#base]! += counts[i]!;
  }

  merge(other: Histogram): void {
    const { length } = other.#counts;
    if (length === 0) return;
    this.#cover(other.#base, other.#base + length - 1);
    const shift = other.#base - this.#base;
    for (let at = 0; at < length; at++) this.#counts[at + shift]! += other.#counts[at]!;
  }

  /** Visits the cells with counts, in ascending order. */
  forEach(visit: (cell: number, count: number) => void): void {
    const counts = this.#counts;
    for (let at = 0; at < counts.length; at++) {
      if (counts[at] !== 0) visit(this.#base + at, counts[at]!);
    }
  }

  /** Number of cells with counts. */
  used(): number {
    let used = 0;
    for (const count of this.#counts) if (count !== 0) used++;
    return used;
  }

  /**
   * Percentiles in milliseconds by nearest rank, each at most 1.6 % off; 0 if nothing was counted.
   *
   * @param shares ascending, from 0 to 1
   */
  percentiles(shares: readonly number[]): number[] {
    const total = this.countUpTo(CELLS - 1);
    if (total === 0) return shares.map(() => 0);
    let at = 0;
    let sum = this.#counts[0]!;
    return shares.map((share) => {
      const rank = Math.max(1, Math.ceil(share * total));
      while (sum < rank && at < this.#counts.length - 1) sum += this.#counts[++at]!;
      return MIDDLES[this.#base + at]!;
    });
  }

  /** Sum of the counts of this cell and all before it. */
  countUpTo(cell: number): number {
    const end = Math.min(cell - this.#base + 1, this.#counts.length);
    let sum = 0;
    for (let at = 0; at < end; at++) sum += this.#counts[at]!;
    return sum;
  }

  reset(): void {
    this.#counts.fill(0);
  }

  get allocated(): number {
    return this.#counts.length;
  }

  get bytes(): number {
    return this.#counts.byteLength;
  }

  /** Makes room for all cells of these octaves and the octaves between them. */
  #cover(first: number, last: number): void {
    const low = first - (first % CELLS_PER_OCTAVE);
    const high = last - (last % CELLS_PER_OCTAVE) + CELLS_PER_OCTAVE;
    const { length } = this.#counts;
    const base = length === 0 ? low : Math.min(low, this.#base);
    const end = length === 0 ? high : Math.max(high, this.#base + length);
    if (end - base === length) return;
    const counts = new Float64Array(end - base);
    counts.set(this.#counts, length === 0 ? 0 : this.#base - base);
    this.#base = base;
    this.#counts = counts;
  }
}
