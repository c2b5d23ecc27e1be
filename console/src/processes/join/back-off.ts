const FIRST_MILLIS = 250;
const MAX_MILLIS = 30_000;

/** Exponential back-off between failed attempts, up to 30 s, half of each pause random. */
export class BackOff {
  #millis = FIRST_MILLIS;

  /** @param random from 0 to 1 */
  next(random: number): number {
    const pause = this.#millis * (0.5 + random / 2);
    this.#millis = Math.min(this.#millis * 2, MAX_MILLIS);
    return pause;
  }

  /** Call it when an attempt has succeeded. */
  reset(): void {
    this.#millis = FIRST_MILLIS;
  }
}
