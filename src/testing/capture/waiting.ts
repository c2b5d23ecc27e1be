import { millisFrom, ofType, resolveOptions, type OptionsOf } from '../../support/option.js';
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
 * Looks now, and after each turn of the code that changed the scope. It does not poll, so a faked clock makes no
 * difference; the only timers are the deadline and the settle time. The scope stays open as long as this waits.
 *
 * @param look returns undefined as long as there is nothing to see; what it throws rejects the wait
 * @param onTimeout makes the error of a wait that times out
 * @throws TypeError or RangeError for a wrong option
 */
export async function waitUntil<T>(
  scope: ScopeRecords,
  look: () => T | undefined,
  options: SettleOptions | undefined,
  onTimeout: (timeoutMillis: number) => Error,
): Promise<T> {
  const { timeoutMillis, settleMillis, signal } = resolveOptions(OPTIONS, options);
  signal.throwIfAborted();
  const opening = scope.keepOpen();
  let stop!: () => void;
  try {
    return await new Promise<T>((resolve, reject) => {
      let isOver = false;
      let settling: NodeJS.Timeout | undefined;
      const orReject = (code: () => void): void => {
        try {
          code();
        } catch (error) {
          reject(error);
        }
      };
      const check = (): void => {
        if (isOver) return;
        clearTimeout(settling);
        const seen = look();
        if (seen === undefined) return;
        if (settleMillis === 0) resolve(seen);
        else settling = setTimeout(() => resolve(seen), settleMillis);
      };
      const checkAfterTurn = afterTurn(() => orReject(check));
      const listening = scope.onChange(() => {
        // Any change restarts the settle time. The look follows once the current turn is over.
        clearTimeout(settling);
        checkAfterTurn();
      });
      const deadline = setTimeout(() => orReject(() => reject(onTimeout(timeoutMillis))), timeoutMillis);
      const abort = (): void => reject(signal.reason);
      // One signal serves all waits without one: it must not collect listeners.
      if (signal !== NEVER) signal.addEventListener('abort', abort);
      stop = () => {
        isOver = true;
        listening.close();
        clearTimeout(deadline);
        clearTimeout(settling);
        signal.removeEventListener('abort', abort);
      };
      orReject(check);
    });
  } finally {
    stop();
    opening.close();
  }
}
