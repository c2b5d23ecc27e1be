/** Number of ids in a generation: at least this many are remembered, and at most twice as many. */
const GENERATION_SIZE = 4_096;

/**
 * Ids of the traces that finished last, each with whether its local root had arrived. Kept in two generations: once the
 * younger one is full, the older one is dropped as a whole.
 */
export class FinishedIds {
  #younger = new Map<string, boolean>();
  #older = new Map<string, boolean>();

  add(traceId: string, hasRoot: boolean): void {
    const known = hasRoot || (this.hasRoot(traceId) ?? false);
    if (this.#younger.size >= GENERATION_SIZE) {
      this.#older = this.#younger;
      this.#younger = new Map();
    }
    this.#younger.set(traceId, known);
  }

  /** Undefined for a trace that is not remembered. */
  hasRoot(traceId: string): boolean | undefined {
    return this.#younger.get(traceId) ?? this.#older.get(traceId);
  }
}
