import { unref } from '../../support/timers.js';

/** The longest delay between two sweeps. */
const MAX_SWEEP_MILLIS = 60_000;

/** How late the timer may be before it is taken for lost. */
const OVERDUE_MILLIS = 1_000;

/**
 * The one timer for all that waits for time to pass: held spans and parked events. It never keeps the process alive.
 *
 * Not captured at load time: a test's fake clock moves it.
 */
export class SweepTimer {
  readonly #sweep: () => void;
  /** Time of the next sweep; undefined while none is planned. */
  #dueAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(sweep: () => void) {
    this.#sweep = () => {
      this.#dueAt = undefined;
      sweep();
    };
  }

  /**
   * Plans a sweep in `millis`, unless one is planned for no later. A planned one that is long overdue was a fake
   * clock's that is gone: another takes its place.
   */
  plan(millis: number, now: number): void {
    const delay = Math.min(Math.max(millis, 1), MAX_SWEEP_MILLIS);
    if (this.#dueAt !== undefined) {
      const left = this.#dueAt - now;
      if (left <= delay && left > -OVERDUE_MILLIS) return;
    }
    globalThis.clearTimeout(this.#timer);
    this.#dueAt = now + delay;
    this.#timer = unref(globalThis.setTimeout(this.#sweep, delay));
  }
}
