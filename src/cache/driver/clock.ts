/** The pipeline's clock. While `performance.now()` gives no time, as a fake one may, it stands still. */
export class Clock {
  #last = 0;

  /** Milliseconds, always a finite number: nothing waits for ever because of a broken clock. */
  now(): number {
    const now = performance.now();
    if (Number.isFinite(now)) this.#last = now;
    return this.#last;
  }
}
