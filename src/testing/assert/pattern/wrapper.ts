export const ABSENT: unique symbol = Symbol.for('otel-span-cache.absent') as never;
export const EXACTLY: unique symbol = Symbol.for('otel-span-cache.exactly') as never;
export const ORDERED: unique symbol = Symbol.for('otel-span-cache.ordered') as never;

/*
 * Recognized by registered symbols instead of classes, because a test may load this package as ES module and as
 * CommonJS module.
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

/** What `exactly()` and `ordered()` take: elements, one list of them, or each other. */
export type Wrapped<T> = T | readonly T[] | Exactly<Wrapped<T>> | Ordered<Wrapped<T>>;
