/** Number of ids in a generation: at least this many are remembered, and at most twice as many. */
const GENERATION_SIZE = 4_096;

/**
 * Ids of the traces that finished last, each with the time and whether its local root had arrived. Kept in two
 * generations: once the younger one is full, the older one is dropped as a whole.
 */
export class FinishedIds {
  /** By id: twice the time in whole milliseconds, plus one if the root had arrived. Small integers take no memory. */
  #younger = new Map<string, number>();
  #older = new Map<string, number>();

  add(traceId: string, hasRoot: boolean, at: number): void {
    const known = hasRoot || (this.hasRoot(traceId) ?? false);
    if (this.#younger.size >= GENERATION_SIZE) {
      this.#older = this.#younger;
      this.#younger = new Map();
    }
    this.#younger.set(traceId, 2 * Math.round(at) + (known ? 1 : 0));
  }

  /** Undefined for a trace that is not remembered. */
  hasRoot(traceId: string): boolean | undefined {
    const found = this.#find(traceId);
    return found === undefined ? undefined : found % 2 !== 0;
  }

  /** When the last part of a trace finished; undefined if it is not remembered. */
  finishedAt(traceId: string): number | undefined {
    const found = this.#find(traceId);
    return found === undefined ? undefined : Math.floor(found / 2);
  }

  #find(traceId: string): number | undefined {
    return this.#younger.get(traceId) ?? this.#older.get(traceId);
  }
}
