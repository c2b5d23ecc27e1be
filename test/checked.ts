/* Has the invariants of the package checked: to be required before any of its modules is loaded. */

(globalThis as Record<symbol, unknown>)[Symbol.for('otel-span-cache.checked')] = true;
