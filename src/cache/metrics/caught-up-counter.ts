import type { Attributes, Counter } from '@opentelemetry/api';

/**
 * Returns a function that raises a counter to totals that are kept elsewhere. A total is exported from the first call
 * that contains it, even if it is 0.
 *
 * A synchronous counter, because the SDK's processors use that kind, and because it keeps its values when the totals
 * are no longer observed.
 */
export function caughtUp(counter: Counter, attributesOf: (key: string) => Attributes) {
  const counted = new Map<string, number>();
  return (totals: ReadonlyMap<string, number>): void => {
    for (const [key, total] of totals) {
      const before = counted.get(key);
      if (before === total) continue;
      counted.set(key, total);
      counter.add(total - (before ?? 0), attributesOf(key));
    }
  };
}
