const ABSENT: unique symbol = Symbol.for('otel-span-cache.absent') as never;
const EXACTLY: unique symbol = Symbol.for('otel-span-cache.exactly') as never;
const ORDERED: unique symbol = Symbol.for('otel-span-cache.ordered') as never;

/*
 * Told by registered symbols rather than by class: a test may have this package twice, as ES module and
 * as CommonJS module.
 */

/** The type of `absent`. */
export interface Absent {
  readonly [ABSENT]: true;
}

/** What `exactly()` returns. */
export interface Exactly<T> {
  readonly [EXACTLY]: readonly T[];
}

/** What `ordered()` returns. */
export interface Ordered<T> {
  readonly [ORDERED]: readonly T[];
}

/** Expects that there is nothing: no such attribute, no exception, no children. */
export const absent: Absent = Object.freeze({ [ABSENT]: true as const });

/**
 * Expects these and no others, in any order: `children: exactly(a, b)`, `attributes: exactly({ … })`.
 *
 * Takes the elements one by one, or one list of them, or `ordered(…)`.
 */
export function exactly<T>(...items: T[]): Exactly<T> {
  return Object.freeze({ [EXACTLY]: items });
}

/**
 * Expects these in this order, others may come between: spans by their start, events as they were added.
 *
 * Takes the elements one by one, or one list of them, or `exactly(…)`.
 */
export function ordered<T>(...items: T[]): Ordered<T> {
  return Object.freeze({ [ORDERED]: items });
}

export function isAbsent(value: unknown): value is Absent {
  return has(value, ABSENT);
}

/** What `exactly()` was given, or undefined if the value is not from there. */
export function exactItems(value: unknown): readonly unknown[] | undefined {
  return has(value, EXACTLY) ? (value as Exactly<unknown>)[EXACTLY] : undefined;
}

/** What `ordered()` was given, or undefined if the value is not from there. */
export function orderedItems(value: unknown): readonly unknown[] | undefined {
  return has(value, ORDERED) ? (value as Ordered<unknown>)[ORDERED] : undefined;
}

function has(value: unknown, brand: symbol): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, brand);
}
