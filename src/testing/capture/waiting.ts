import { millisFrom, ofType, resolveOptions, type OptionsOf } from '../../support/option.js';
import { clearTimeout, setTimeout } from '../../support/timers.js';
import type { Handle } from '../../support/handle.js';
import type { SettleOptions } from './trace-scope.js';

const NEVER = new AbortController().signal;

const OPTIONS: OptionsOf<SettleOptions> = {
  timeoutMillis: millisFrom(0, 1_000),
  signal: ofType('an AbortSignal', (value) => typeof (value as AbortSignal | null)?.aborted === 'boolean', NEVER),
  settleMillis: millisFrom(0, 0),
};

/**
 * Waits until something can be seen in a source. Looks now, and after each turn of the code that changed the source. It
 * does not poll, so a faked clock makes no difference; the only timers are the deadline and the settle time. A scope
 * stays open as long as this waits.
 *
 * @param look returns undefined as long as there is nothing to see; what it throws rejects the wait
 * @param onTimeout makes the result, or throws the error, of a wait that times out
 * @throws TypeError or RangeError for a wrong option
 */
export async function waitUntil<T>(
  source: { onChange(listener: () => void): Handle; keepOpen?(): Handle },
  look: () => T | undefined,
  options: SettleOptions | undefined,
  onTimeout: (timeoutMillis: number) => T,
): Promise<T> {
  const { timeoutMillis, settleMillis, signal } = resolveOptions(OPTIONS, options);
  signal.throwIfAborted();
  const opening = source.keepOpen?.();
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
      const listening = source.onChange(() => {
        // Any change restarts the settle time. The look follows once the current turn is over.
        clearTimeout(settling);
        checkAfterTurn();
      });
      const deadline = setTimeout(() => orReject(() => resolve(onTimeout(timeoutMillis))), timeoutMillis);
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
    opening?.close();
  }
}

/**
 * Coalesces calls: runs `look` once, in a microtask, after the current synchronous code. Code that starts a thousand
 * spans in a loop is not held up a thousand times, and a faked clock makes no difference.
 */
function afterTurn(look: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    void Promise.resolve().then(() => {
      due = false;
      look();
    });
  };
}
