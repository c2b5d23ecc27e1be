import { unref } from '../../support/timers.js';

/** Maximum delay between two sweeps. */
const MAX_SWEEP_MILLIS = 60_000;

/** Delay after which an overdue timer is considered lost. */
const OVERDUE_MILLIS = 1_000;

/**
 * The one timer for everything that waits for time to pass: held spans and parked events. It never keeps the process
 * alive.
 *
 * The global timer functions are not captured at load time, so that a test's fake clock controls it.
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
   * Plans a sweep in `millis`, unless an earlier one is planned. A planned sweep that is long overdue belonged to a
   * fake clock that has been removed; it is replaced.
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
