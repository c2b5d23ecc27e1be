import { Episode } from '../../support/episode.js';
import { isPromiseLike, promiseOf } from '../../support/promise-of.js';
import { guarded } from '../../support/report.js';
import { untraced } from '../suppression.js';

/**
 * A subscriber's function, and whether it is at work.
 *
 * It is from its call until it has returned, and until the promise that it returned, if any, has settled. What it throws
 * or rejects is counted, and reported once per episode.
 */
export class AwaitedCallback<A extends unknown[]> {
  readonly #callback: (...args: A) => unknown;
  readonly #onReady: () => void;
  readonly #complaint: string;
  readonly #failures = new Episode();
  #busy = false;
  #errors = 0;

  /** @param onReady is called when a promise has settled, not traced */
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
    // Where the context does not follow a promise, what waited would be traced.
    const settled = guarded('a subscriber', () => {
      this.#busy = false;
      untraced(this.#onReady);
    });
    promiseOf(result)
      .then(() => this.#failures.end(), (error: unknown) => this.#fail(error))
      .then(settled, settled);
  }

  #fail(error: unknown): void {
    this.#errors++;
    this.#failures.report(this.#complaint, error);
  }
}
