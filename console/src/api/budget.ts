/** Time for the evaluation of one query, in milliseconds. */
export const QUERY_MILLIS = 200;

/** Number of rows between two looks at the clock. */
const ROWS_PER_LOOK = 32;

/** Limits the time spent on one answer. Past the limit, the answer is partial. */
export class Budget {
  readonly #elapsed: () => number;
  readonly #deadline: number;
  #rows = 0;
  #over = false;

  constructor(elapsed: () => number, millis = QUERY_MILLIS) {
    this.#elapsed = elapsed;
    this.#deadline = elapsed() + millis;
  }

  /** Checks the clock, and returns whether the time is over. For work that takes long within one row. */
  readonly isOver = (): boolean => (this.#over ||= this.#elapsed() >= this.#deadline);

  /** Whether the time ended before everything was read. */
  get over(): boolean {
    return this.#over;
  }

  /**
   * Counts rows that were read. Returns whether there is time for more.
   *
   * @param rows more than one for a trace of many spans
   */
  spend(rows = 1): boolean {
    this.#rows += rows;
    if (this.#rows >= ROWS_PER_LOOK) {
      this.#rows = 0;
      this.isOver();
    }
    return !this.#over;
  }
}
