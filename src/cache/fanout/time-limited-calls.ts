import { guarded } from '../../support/report.js';
import { promiseOf } from '../../support/promise-of.js';
import { ref, unref } from '../../support/timers.js';
import { untraced } from '../suppression.js';

/** Why a call failed; undefined if it succeeded. */
export type Failure = { readonly error: unknown } | undefined;

/**
 * Calls foreign code. Each call ends exactly once: with success, with an error, or with a timeout.
 *
 * The code runs synchronously, with tracing suppressed. A call that ends synchronously creates neither a timer nor a
 * promise. The global timers are used, so that a test's fake clock applies; they keep the process alive only during
 * `whileAwaited()`.
 */
export class TimeLimitedCalls {
  readonly #limitMillis: number;
  /** The timers of the calls under way. */
  readonly #timers = new Set<NodeJS.Timeout | undefined>();
  /** Number of `whileAwaited()` calls under way. */
  #waiting = 0;

  constructor(limitMillis: number) {
    this.#limitMillis = limitMillis;
  }

  /**
   * Begins a call. The code receives a handle with which it ends the call, now or later.
   *
   * @param whenOver called exactly once, possibly before this returns
   */
  begin(code: (call: Call) => void, whenOver: (failure: Failure) => void): void {
    let timer = undefined as NodeJS.Timeout | undefined;
    const call = new Call((failure) => {
      clearTimeout(timer);
      this.#timers.delete(timer);
      whenOver(failure);
    });
    call.run(() => code(call));
    if (call.over) return;
    const timeout = () => call.fail(new Error(`timed out after ${this.#limitMillis} ms`));
    timer = setTimeout(guarded('the end of a time limit', timeout), this.#limitMillis);
    if (this.#waiting === 0) unref(timer);
    if (!call.over) this.#timers.add(timer);
  }

  /** Runs code that a caller awaits. Until it is done, the timers keep the process alive. */
  async whileAwaited(code: () => Promise<void>): Promise<void> {
    this.#waiting++;
    for (const timer of this.#timers) ref(timer);
    try {
      await code();
    } finally {
      this.#waiting--;
      if (this.#waiting === 0) for (const timer of this.#timers) unref(timer);
    }
  }
}

/** One call. Only its first end counts; later ones are ignored. */
export class Call {
  readonly #whenOver: (failure: Failure) => void;
  #over = false;

  constructor(whenOver: (failure: Failure) => void) {
    this.#whenOver = whenOver;
  }

  get over(): boolean {
    return this.#over;
  }

  succeed(): void {
    this.#end(undefined);
  }

  fail(error: unknown): void {
    this.#end({ error });
  }

  /** Runs code as part of this call, unless the call is over. An exception ends the call. */
  run(code: () => void): void {
    if (this.#over) return;
    try {
      untraced(code);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Ends the call when a value returned by foreign code settles; it need not be a promise. */
  settleAs(value: unknown): void {
    promiseOf(value).then(
      () => this.succeed(),
      (error: unknown) => this.fail(error),
    );
  }

  #end(failure: Failure): void {
    if (this.#over) return;
    this.#over = true;
    this.#whenOver(failure);
  }
}
