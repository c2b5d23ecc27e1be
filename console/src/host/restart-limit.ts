const WINDOW_MILLIS = 60_000;
const MAX_RESTARTS = 3;

/** Limits the restarts of a dead worker to three per minute. */
export class RestartLimit {
  readonly #times: number[] = [];

  /**
   * Registers a restart, and returns in how many milliseconds it may take place.
   *
   * @param now on a monotonic clock
   */
  next(now: number): number {
    const earliest = this.#times.length < MAX_RESTARTS ? now : Math.max(now, this.#times.shift()! + WINDOW_MILLIS);
    this.#times.push(earliest);
    return earliest - now;
  }
}
