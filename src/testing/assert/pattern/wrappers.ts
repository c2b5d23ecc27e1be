import { ABSENT, EXACTLY, ORDERED } from './pattern.js';
import type { Absent, Exactly, Ordered, SpanPattern, Times, Wrapped } from './pattern.js';

/** Expects no value: no such attribute, no exception, no children. */
export const absent: Absent = Object.freeze({ [ABSENT]: true as const });

/** `NoInfer` for compilers before TypeScript 5.4. */
type Uninferred<T> = [T][T extends unknown ? 0 : never];

/** The elements of `exactly()` and `ordered()`: separate arguments, or one list. */
type Items<T> = Uninferred<T>[] | [readonly Uninferred<T>[]];

/**
 * Expects these elements and no others, in any order: `children: exactly(a, b)`, `attributes: exactly({ … })`.
 *
 * @param items the elements, a list of them, or `ordered(…)`. Outside a pattern they are typed as patterns of spans
 * unless the call has a type argument: `exactly<EventPattern>(…)`.
 */
export function exactly<T = Wrapped<SpanPattern & Times>>(...items: Items<T>): Exactly<T> {
  return Object.freeze({ [EXACTLY]: items as readonly T[] });
}

/**
 * Expects these elements in this order; others may come between. Spans are ordered by start, events as added.
 *
 * @param items the elements, a list of them, or `exactly(…)`
 */
export function ordered<T = Wrapped<SpanPattern & Times>>(...items: Items<T>): Ordered<T> {
  return Object.freeze({ [ORDERED]: items as readonly T[] });
}

export function isAbsent(value: unknown): value is Absent {
  return has(value, ABSENT);
}

/** The arguments of `exactly()`, or undefined for any other value. */
export function exactItems(value: unknown): readonly unknown[] | undefined {
  return has(value, EXACTLY) ? (value as Exactly<unknown>)[EXACTLY] : undefined;
}

/** The arguments of `ordered()`, or undefined for any other value. */
export function orderedItems(value: unknown): readonly unknown[] | undefined {
  return has(value, ORDERED) ? (value as Ordered<unknown>)[ORDERED] : undefined;
}

function has(value: unknown, brand: symbol): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, brand);
}
