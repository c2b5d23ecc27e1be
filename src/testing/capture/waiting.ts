import { millisFrom, ofType, resolveOptions, type OptionsOf } from '../../support/option.js';
import type { Handle } from '../../support/handle.js';
import { clearTimeout, setTimeout } from '../../support/timers.js';
import { afterTurn } from '../assert/after-turn.js';
import type { ScopeRecords } from './scope-records.js';
import type { SettleOptions } from './trace-scope.js';

const NEVER = new AbortController().signal;

const OPTIONS: OptionsOf<SettleOptions> = {
  timeoutMillis: millisFrom(0, 1_000),
  signal: ofType('an AbortSignal', (value) => typeof (value as AbortSignal | null)?.aborted === 'boolean', NEVER),
  settleMillis: millisFrom(0, 0),
};

/**
 * Waits until something can be seen in a scope.
 *
 * Looks now, and after each turn of the code that changed the scope: no polling, so that a faked clock makes no
 * difference. The only timers are the deadline and the settle time. The scope is open as long as this waits.
 *
 * @param look returns undefined as long as there is nothing to see
 * @param onTimeout makes the error of a wait that is over
 * @throws TypeError or RangeError for a wrong option
 */
export async function waitUntil<T>(
  scope: ScopeRecords,
  look: () => T | undefined,
  options: SettleOptions | undefined,
  onTimeout: (timeoutMillis: number) => Error,
): Promise<T> {
  const resolved = resolveOptions(OPTIONS, options);
  resolved.signal.throwIfAborted();
  const opening = scope.keepOpen();
  const wait = new Wait(scope, look, resolved, onTimeout);
  try {
    return await wait.result;
  } finally {
    wait.stop();
    opening.close();
  }
}

class Wait<T> {
  readonly result: Promise<T>;
  readonly #look: () => T | undefined;
  readonly #options: Required<SettleOptions>;
  readonly #listening: Handle;
  readonly #deadline: NodeJS.Timeout;
  readonly #resolve: (value: T) => void;
  readonly #reject: (reason: unknown) => void;
  #settling: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    scope: ScopeRecords,
    look: () => T | undefined,
    options: Required<SettleOptions>,
    onTimeout: (timeoutMillis: number) => Error,
  ) {
    const { promise, resolve, reject } = withResolvers<T>();
    this.result = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#look = look;
    this.#options = options;
    const checkAfterTurn = afterTurn(() => this.#check());
    this.#listening = scope.onChange(() => {
      // What changes, has not settled; whether there is something to see shows after the turn.
      clearTimeout(this.#settling);
      checkAfterTurn();
    });
    this.#deadline = setTimeout(() => {
      this.#orReject(() => reject(onTimeout(options.timeoutMillis)));
    }, options.timeoutMillis);
    // One signal for all that have none: it must not collect listeners.
    if (options.signal !== NEVER) options.signal.addEventListener('abort', this.#abort);
    this.#check();
  }

  stop(): void {
    this.#stopped = true;
    this.#listening.close();
    clearTimeout(this.#deadline);
    clearTimeout(this.#settling);
    this.#options.signal.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => this.#reject(this.#options.signal.reason);

  /** What the test's functions throw is the test's. */
  #check(): void {
    if (this.#stopped) return;
    this.#orReject(() => {
      clearTimeout(this.#settling);
      this.#settling = undefined;
      const seen = this.#look();
      if (seen === undefined) return;
      if (this.#options.settleMillis === 0) this.#resolve(seen);
      else this.#settling = setTimeout(() => this.#resolve(seen), this.#options.settleMillis);
    });
  }

  #orReject(code: () => void): void {
    try {
      code();
    } catch (error) {
      this.#reject(error);
    }
  }
}

/** `Promise.withResolvers`, which Node has from 22 on. */
function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
