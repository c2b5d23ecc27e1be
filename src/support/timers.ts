import { AsyncResource } from 'node:async_hooks';
import timers from 'node:timers';

/**
 * Node's own timer functions, captured at load time, so that fake timers installed later by a test cannot stop the
 * caller. Code that should follow a test's fake clock calls `globalThis.setTimeout()` instead.
 */
export const { clearImmediate, clearTimeout, setImmediate, setTimeout } = timers;

/** The longest delay that a timer supports. */
export const MAX_MILLIS = 2 ** 31 - 1;

/**
 * Lets the process exit while the timer runs.
 *
 * No-op under a fake clock, jsdom or Electron's renderer, where timer functions return a number or undefined.
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

/** Also captured at load time. */
export const { queueMicrotask } = globalThis;
export const nextTick = process.nextTick.bind(process);

/** An async context created at load time, so that work bound to it runs in the context of no request. */
export const ROOT = new AsyncResource('otel-span-cache');

/** A time limit whose timer keeps the process alive until it has passed or is cleared. */
export function timeLimit(millis: number): { readonly passed: Promise<void>; readonly clear: () => void } {
  let timer: NodeJS.Timeout;
  const passed = new Promise<void>((resolve) => (timer = setTimeout(resolve, Math.min(millis, MAX_MILLIS))));
  return { passed, clear: () => clearTimeout(timer) };
}

/** Whether the work settles in time; a rejection counts. Keeps the process alive until then. */
export async function within(millis: number, work: Promise<unknown>): Promise<boolean> {
  const limit = timeLimit(millis);
  const done = work.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([done, limit.passed.then(() => false)]);
  limit.clear();
  return inTime;
}
