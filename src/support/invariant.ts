/** Set before the package is loaded, as the tests do, this property of `globalThis` has invariants checked. */
const SWITCH = Symbol.for('otel-span-cache.checked');

/**
 * Whether invariants are checked. Constant from load time on, so that the checks cost nothing where it is false:
 *
 * ```ts
 * if (CHECKED) assertInvariant(bucket.count === 0, 'a spare bucket is not empty');
 * ```
 */
export const CHECKED = (globalThis as Record<symbol, unknown>)[SWITCH] === true;

/**
 * Ends the test run if an invariant does not hold. Thrown from a microtask: the pipeline would catch and count an error
 * that is thrown here.
 */
export function assertInvariant(holds: boolean, otherwise: string): void {
  if (holds) return;
  const error = new Error(`invariant: ${otherwise}`);
  queueMicrotask(() => {
    throw error;
  });
}
