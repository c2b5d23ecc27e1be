import type { Attributes, Counter } from '@opentelemetry/api';

/**
 * A function that brings a counter up to totals which are kept elsewhere. A total is shown from the first time it is given,
 * be it 0.
 *
 * Not an observable counter: this one is of the kind that the SDK's processors use, and keeps its numbers when nobody
 * observes the totals any more.
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
