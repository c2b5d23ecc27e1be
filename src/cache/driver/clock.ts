/**
 * The monotonic clock of the pipeline. It stops while `performance.now()` is not a number, as under some fake timers.
 */
export class Clock {
  #last = 0;

  /** Milliseconds, always finite, so that a broken clock makes nothing wait for ever. */
  now(): number {
    const now = performance.now();
    if (Number.isFinite(now)) this.#last = now;
    return this.#last;
  }
}
