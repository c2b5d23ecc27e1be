/** Property of `globalThis` that enables the checks if it is true when this package is loaded. The tests set it. */
const SWITCH = Symbol.for('otel-span-cache.checked');

/**
 * Whether invariants are checked. Constant, so that disabled checks cost nothing:
 *
 * ```ts
 * if (CHECKED) assertInvariant(bucket.count === 0, 'a spare bucket is not empty');
 * ```
 */
export const CHECKED = (globalThis as Record<symbol, unknown>)[SWITCH] === true;

/**
 * Fails the test run if an invariant does not hold. Throws from a microtask, because the pipeline would catch an error
 * thrown here.
 */
export function assertInvariant(holds: boolean, otherwise: string): void {
  if (holds) return;
  const error = new Error(`invariant: ${otherwise}`);
  queueMicrotask(() => {
    throw error;
  });
}
