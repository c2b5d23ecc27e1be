/** Number of random values. */
const VALUES = 2n ** 56n;

/** Index of the first character of the random part of a trace id: its last 56 bits, 14 of 32 hexadecimal digits. */
const RANDOM_PART = 18;

/**
 * Selects a fraction of traces by trace id alone. The decision is the same in every process, and a lower ratio selects
 * a subset of the traces of a higher one.
 *
 * Implements "TraceState: Probability Sampling" of the specification, sections "Rejection Threshold" and "Decision
 * algorithm": compares the last 56 bits of the trace id with (1 - ratio) * 2^56. Ignores an explicit randomness value
 * in the trace state, because some services of a trace may lack it.
 */
export class TraceRatio {
  /** In hexadecimal, for comparison with text: a number holds only 53 bits exactly. */
  readonly #threshold: string | undefined;

  constructor(ratio: number) {
    // Exact, unlike 1 - ratio: multiplying a double by a power of two loses nothing.
    const included = BigInt(Math.round(ratio * Number(VALUES)));
    this.#threshold = included > 0n ? (VALUES - included).toString(16).padStart(14, '0') : undefined;
  }

  includes(traceId: string): boolean {
    return this.#threshold !== undefined && traceId.slice(RANDOM_PART).toLowerCase() >= this.#threshold;
  }
}
