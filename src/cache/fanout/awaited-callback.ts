import { Episode } from '../../support/episode.js';
import { isPromiseLike, promiseOf } from '../../support/promise-of.js';
import { guarded } from '../../support/report.js';
import { untraced } from '../suppression.js';

/**
 * A subscriber's function, and whether it is running.
 *
 * It is running from its call until it returns or, if it returns a promise, until the promise settles. Exceptions and
 * rejections are counted, and reported once per episode.
 */
export class AwaitedCallback<A extends unknown[]> {
  readonly #callback: (...args: A) => unknown;
  readonly #onReady: () => void;
  readonly #complaint: string;
  readonly #failures = new Episode();
  #busy = false;
  #errors = 0;

  /** @param onReady called, with tracing suppressed, when a returned promise has settled */
  constructor(callback: (...args: A) => unknown, onReady: () => void, complaint: string) {
    this.#callback = callback;
    this.#onReady = onReady;
    this.#complaint = complaint;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** How often it threw or rejected. */
  get errors(): number {
    return this.#errors;
  }

  call(...args: A): void {
    this.#busy = true;
    try {
      const result = this.#callback(...args);
      if (isPromiseLike(result)) return this.#waitFor(result);
      this.#failures.end();
    } catch (error) {
      this.#fail(error);
    }
    this.#busy = false;
  }

  #waitFor(result: PromiseLike<unknown>): void {
    // Without a context manager that follows promises, the next call would run outside the suppressed context.
    const settled = guarded('a subscriber', () => {
      this.#busy = false;
      untraced(this.#onReady);
    });
    promiseOf(result)
      .then(
        () => this.#failures.end(),
        (error: unknown) => this.#fail(error),
      )
      .then(settled, settled);
  }

  #fail(error: unknown): void {
    this.#errors++;
    this.#failures.report(this.#complaint, error);
  }
}
