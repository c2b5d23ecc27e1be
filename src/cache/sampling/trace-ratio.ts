/** How many random values there are. */
const VALUES = 2n ** 56n;

/** The first character of a trace id's random part: its last 56 bits, 14 of 32 hexadecimal digits. */
const RANDOM_PART = 18;

/**
 * Says of a share of all traces yes, by the trace id alone: whoever asks, wherever, gets the same answer, and one
 * that says yes to fewer traces says yes to some of those.
 *
 * It is the algorithm of the specification's "TraceState: Probability Sampling", sections "Rejection
 * Threshold" and "Decision algorithm": the last 56 bits of the trace id against (1 - ratio) * 2^56. An explicit
 * randomness value in the trace state is not looked at: not every service of a trace may have it.
 */
export class TraceRatio {
  /** In hexadecimal, so that text is compared with text: 56 bits do not fit into a number. */
  readonly #threshold: string | undefined;

  constructor(ratio: number) {
    // Exact, unlike 1 - ratio: a double is multiplied by a power of two without loss.
    const included = BigInt(Math.round(ratio * Number(VALUES)));
    this.#threshold = included > 0n ? (VALUES - included).toString(16).padStart(14, '0') : undefined;
  }

  includes(traceId: string): boolean {
    return this.#threshold !== undefined && traceId.slice(RANDOM_PART).toLowerCase() >= this.#threshold;
  }
}
