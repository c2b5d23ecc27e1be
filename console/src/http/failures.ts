export const PER_MINUTE = 10;
const MINUTE = 60_000;

/**
 * Counts requests without a valid token: 10 per minute are answered with 401, further ones with 429.
 *
 * A valid token is always served, because an old page that keeps sending the token of an earlier start must not lock
 * out others. That is safe: a token has at least 128 bits, so no number of attempts finds one.
 */
export class Failures {
  /** Times of the last failures, at most 10. */
  #times: number[] = [];

  /** Counts a failure. Returns how many seconds to wait if there were too many, else undefined. */
  add(now: number): number | undefined {
    this.#times = this.#times.filter((time) => time > now - MINUTE && time <= now);
    const [oldest] = this.#times;
    if (this.#times.length >= PER_MINUTE && oldest !== undefined) return Math.ceil((oldest + MINUTE - now) / 1_000);
    this.#times.push(now);
    return undefined;
  }
}
