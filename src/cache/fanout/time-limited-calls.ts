import { guarded } from '../../support/report.js';
import { promiseOf } from '../../support/promise-of.js';
import { ref, unref } from '../../support/timers.js';
import { untraced } from '../suppression.js';

/** Why a call failed; undefined if it succeeded. */
export type Failure = { readonly error: unknown } | undefined;

/**
 * Calls of foreign code, each of which ends exactly once: well, with what it throws or rejects with, or at the time limit.
 *
 * The code runs untraced and at once. What ends within the call needs no timer, no promise and no turn of the event
 * loop. Timers are those of the moment, so that a test's clock is in charge; they keep the process alive only while
 * somebody waits.
 */
export class TimeLimitedCalls {
  readonly #limitMillis: number;
  /** The time limits of the calls under way. */
  readonly #timers = new Set<NodeJS.Timeout | undefined>();
  /** How many wait right now. */
  #waiting = 0;

  constructor(limitMillis: number) {
    this.#limitMillis = limitMillis;
  }

  /**
   * Begins a call with a piece of code, which is given the call to end it or to go on later.
   *
   * @param whenOver called exactly once, be it before this returns
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
    timer = setTimeout(guarded('a time limit', timeout), this.#limitMillis);
    if (this.#waiting === 0) unref(timer);
    if (!call.over) this.#timers.add(timer);
  }

  /** Runs what somebody waits for: meanwhile the time limits keep the process alive. */
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

/** One call. What comes after its end, a second answer or a late one, changes nothing. */
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

  /** Runs code of this call, unless it is over. What it throws ends the call. */
  run(code: () => void): void {
    if (this.#over) return;
    try {
      untraced(code);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Ends as a value that foreign code returned settles, be it a promise or not. */
  settleAs(value: unknown): void {
    promiseOf(value).then(() => this.succeed(), (error: unknown) => this.fail(error));
  }

  #end(failure: Failure): void {
    if (this.#over) return;
    this.#over = true;
    this.#whenOver(failure);
  }
}
