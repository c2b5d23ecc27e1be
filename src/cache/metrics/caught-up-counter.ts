import type { Attributes, Counter } from '@opentelemetry/api';

/**
 * A counter that is brought up to totals which are kept elsewhere.
 *
 * Not an observable counter: this one is of the kind that the SDK's processors use, and keeps its numbers when nobody
 * observes the totals any more.
 */
export class CaughtUpCounter {
  readonly #counter: Counter;
  readonly #attributesOf: (key: string) => Attributes;
  readonly #counted = new Map<string, number>();

  constructor(counter: Counter, attributesOf: (key: string) => Attributes) {
    this.#counter = counter;
    this.#attributesOf = attributesOf;
  }

  /** Adds what is missing. A total is shown from the first time it is given, be it 0. */
  catchUp(totals: ReadonlyMap<string, number>): void {
    for (const [key, total] of totals) {
      const counted = this.#counted.get(key);
      if (counted === total) continue;
      this.#counted.set(key, total);
      this.#counter.add(total - (counted ?? 0), this.#attributesOf(key));
    }
  }
}
