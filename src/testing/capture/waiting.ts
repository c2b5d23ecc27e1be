import { millisFrom, ofType, resolveOptions, type OptionsOf } from '../../support/option.js';
import { clearTimeout, setTimeout } from '../../support/timers.js';
import type { Handle } from '../../support/handle.js';
import type { SettleOptions } from './trace-scope.js';

const NEVER = new AbortController().signal;

const SIGNAL = ofType('an AbortSignal', (value) => typeof (value as AbortSignal | null)?.aborted === 'boolean', NEVER);

/** @throws TypeError or RangeError for a wrong option */
export function settleOptions(
  options: SettleOptions | undefined,
  { timeoutMillis = 1_000, settleMillis = 0 } = {},
): Required<SettleOptions> {
  const known: OptionsOf<SettleOptions> = {
    timeoutMillis: millisFrom(0, timeoutMillis),
    signal: SIGNAL,
    settleMillis: millisFrom(0, settleMillis),
  };
  return resolveOptions(known, options);
}

/**
 * Waits until `look` returns a value. Calls `look` at once, and again after each turn of synchronous code that changed
 * the source. It does not poll, and its only timers, for the timeout and the settle time, are real ones, so fake timers
 * do not affect it. It keeps a scope open while it waits.
 *
 * @param look returns undefined while there is no result; an error it throws rejects the wait
 * @param onTimeout returns the result, or throws the error, of a wait that times out
 */
export async function waitUntil<T>(
  source: { onChange(listener: () => void): Handle; keepOpen?(): Handle },
  look: () => T | undefined,
  { timeoutMillis, settleMillis, signal }: Required<SettleOptions>,
  onTimeout: (timeoutMillis: number) => T,
): Promise<T> {
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
        // Any change restarts the settle time; `look` runs again once the current turn is over.
        clearTimeout(settling);
        checkAfterTurn();
      });
      const deadline = setTimeout(() => orReject(() => resolve(onTimeout(timeoutMillis))), timeoutMillis);
      const abort = (): void => reject(signal.reason);
      // `NEVER` is shared by all waits without a signal and must not collect listeners.
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
 * Coalesces calls: runs `look` once, in a microtask, after the current synchronous code. A loop that starts a thousand
 * spans triggers one look. Fake timers do not affect promise callbacks.
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
