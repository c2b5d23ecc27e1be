import { UNREADABLE } from './text.js';

/** A member of an object, or `UNREADABLE` if it throws. All members of an unreadable object are unreadable. */
export function memberOf(object: unknown, key: PropertyKey): unknown {
  if (object === UNREADABLE) return UNREADABLE;
  try {
    return (object as Record<PropertyKey, unknown> | null | undefined)?.[key];
  } catch {
    return UNREADABLE;
  }
}

/** The kept part of a list. */
export interface ReadList {
  readonly items: readonly unknown[];
  /** Number of items left out. */
  readonly left: number;
}

const EMPTY: ReadList = { items: [], left: 0 };

/** At most `max` items of a list among the members of an object. Never throws. */
export function listIn(object: unknown, key: PropertyKey, max: number): ReadList {
  const list = memberOf(object, key);
  if (list === undefined || list === null) return EMPTY;
  try {
    if (!Array.isArray(list)) return { items: [UNREADABLE], left: 0 };
    const size = Math.min(list.length, max);
    if (size === 0) return EMPTY;
    const items = Array.from({ length: size }, (_, index) => memberOf(list, index));
    return { items, left: list.length - size };
  } catch {
    return { items: [UNREADABLE], left: 0 };
  }
}

/** A count that the application may have set to anything. */
export function countIn(object: unknown, key: PropertyKey): number {
  const value = memberOf(object, key);
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** An integer from 0 to `max` among the members of an object, or undefined. */
export function enumIn(object: unknown, key: PropertyKey, max: number): number | undefined {
  const value = memberOf(object, key);
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max ? value : undefined;
}

/** The latest time that a `Date` can represent. */
export const MAX_MILLIS = 8.64e15;

/**
 * A time of the SDK, `[seconds, nanoseconds]`, in milliseconds. `NaN` if it is invalid, or beyond the range of dates.
 */
export function millisIn(object: unknown, key: PropertyKey): number {
  const time = memberOf(object, key);
  const seconds = memberOf(time, 0);
  const nanos = memberOf(time, 1);
  if (typeof seconds !== 'number' || typeof nanos !== 'number') return NaN;
  const millis = seconds * 1e3 + nanos / 1e6;
  return Math.abs(millis) <= MAX_MILLIS ? millis : NaN;
}

export function firstFinite(...numbers: readonly number[]): number | undefined {
  return numbers.find((number) => Number.isFinite(number));
}
