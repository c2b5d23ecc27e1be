/**
 * A promise for what foreign code returned: it settles as that value does, once, and never throws here.
 *
 * `Promise.resolve()` returns a promise as it is, with a `then()` of its own that may throw, or call back twice.
 */
export function promiseOf(value: unknown): Promise<unknown> {
  return new Promise((resolve) => resolve(value));
}

export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
