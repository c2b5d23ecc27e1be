import { AsyncResource } from 'node:async_hooks';
import timers from 'node:timers';

/**
 * Node's own timer functions, captured at load time, so that fake timers installed later by a test cannot stop the
 * caller. Whoever wants a test's clock to be in charge calls `globalThis.setTimeout()` instead.
 */
export const { clearImmediate, clearTimeout, setImmediate, setTimeout } = timers;

/** The longest delay that a timer takes. */
export const MAX_MILLIS = 2 ** 31 - 1;

/**
 * Lets the process exit while the timer runs.
 *
 * Under a fake clock, jsdom or Electron's renderer a timer function returns a number, or nothing: there is
 * nothing to unref then.
 */
export function unref<T>(timer: T): T {
  (timer as Partial<NodeJS.RefCounted> | undefined)?.unref?.();
  return timer;
}

/** Keeps the process alive while the timer runs: undoes `unref()`. */
export function ref<T>(timer: T): T {
  (timer as Partial<NodeJS.RefCounted> | undefined)?.ref?.();
  return timer;
}

/** Captured at load time as well. */
export const { queueMicrotask } = globalThis;
export const nextTick = process.nextTick.bind(process);

/** An async context created at load time, so that work bound to it runs in the context of no request. */
export const ROOT = new AsyncResource('otel-span-cache');
