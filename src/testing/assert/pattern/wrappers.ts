import { ABSENT, EXACTLY, ORDERED } from './pattern.js';
import type { Absent, Exactly, Ordered, SpanPattern, Times, Wrapped } from './pattern.js';

/** Expects that there is nothing: no such attribute, no exception, no children. */
export const absent: Absent = Object.freeze({ [ABSENT]: true as const });

/** `NoInfer` for compilers before TypeScript 5.4. */
type Uninferred<T> = [T][T extends unknown ? 0 : never];

/** The elements of `exactly()` and `ordered()`: one by one, or as one list. */
type Items<T> = Uninferred<T>[] | [readonly Uninferred<T>[]];

/**
 * Expects these and no others, in any order: `children: exactly(a, b)`, `attributes: exactly({ … })`.
 *
 * Takes the elements one by one, or one list of them, or `ordered(…)`. Outside of a pattern they are taken
 * for patterns of spans: `exactly<EventPattern>(…)` says otherwise.
 */
export function exactly<T = Wrapped<SpanPattern & Times>>(...items: Items<T>): Exactly<T> {
  return Object.freeze({ [EXACTLY]: items as readonly T[] });
}

/**
 * Expects these in this order, others may come between: spans by their start, events as they were added.
 *
 * Takes the elements one by one, or one list of them, or `exactly(…)`.
 */
export function ordered<T = Wrapped<SpanPattern & Times>>(...items: Items<T>): Ordered<T> {
  return Object.freeze({ [ORDERED]: items as readonly T[] });
}

export function isAbsent(value: unknown): value is Absent {
  return has(value, ABSENT);
}

/** The elements given to `exactly()`, or undefined for any other value. */
export function exactItems(value: unknown): readonly unknown[] | undefined {
  return has(value, EXACTLY) ? (value as Exactly<unknown>)[EXACTLY] : undefined;
}

/** The elements given to `ordered()`, or undefined for any other value. */
export function orderedItems(value: unknown): readonly unknown[] | undefined {
  return has(value, ORDERED) ? (value as Ordered<unknown>)[ORDERED] : undefined;
}

function has(value: unknown, brand: symbol): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, brand);
}
