/** Traces known at least; at most twice as many are. */
const MAX_KNOWN = 4_096;

/**
 * Ids of the traces delivered last, each with whether its local root was among the spans.
 *
 * Two generations: once the younger one is full, the older one is forgotten as a whole.
 */
export class DeliveredTraces {
  #younger = new Map<string, boolean>();
  #older = new Map<string, boolean>();

  add(traceId: string, hasRoot: boolean): void {
    const known = hasRoot || (this.hasRoot(traceId) ?? false);
    if (this.#younger.size >= MAX_KNOWN) {
      this.#older = this.#younger;
      this.#younger = new Map();
    }
    this.#younger.set(traceId, known);
  }

  /** Undefined for a trace that is not known. */
  hasRoot(traceId: string): boolean | undefined {
    return this.#younger.get(traceId) ?? this.#older.get(traceId);
  }
}
