/** Number of ids in a generation: at least this many are remembered, and at most twice as many. */
const GENERATION_SIZE = 4_096;

interface Finished {
  readonly hasRoot: boolean;
  readonly at: number;
}

/**
 * Ids of the traces that finished last, each with the time and whether its local root had arrived. Kept in two
 * generations: once the younger one is full, the older one is dropped as a whole.
 */
export class FinishedIds {
  #younger = new Map<string, Finished>();
  #older = new Map<string, Finished>();

  add(traceId: string, hasRoot: boolean, at: number): void {
    const known = { hasRoot: hasRoot || (this.hasRoot(traceId) ?? false), at };
    if (this.#younger.size >= GENERATION_SIZE) {
      this.#older = this.#younger;
      this.#younger = new Map();
    }
    this.#younger.set(traceId, known);
  }

  /** Undefined for a trace that is not remembered. */
  hasRoot(traceId: string): boolean | undefined {
    return this.#find(traceId)?.hasRoot;
  }

  /** When the last part of a trace finished; undefined if it is not remembered. */
  finishedAt(traceId: string): number | undefined {
    return this.#find(traceId)?.at;
  }

  #find(traceId: string): Finished | undefined {
    return this.#younger.get(traceId) ?? this.#older.get(traceId);
  }
}
