/**
 * A native promise for a value returned by foreign code. It settles like that value, but only once. Never throws.
 *
 * `Promise.resolve()` would return a promise unchanged, even one with its own `then()` that throws or calls back twice.
 */
export function promiseOf(value: unknown): Promise<unknown> {
  return new Promise((resolve) => resolve(value));
}

export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
