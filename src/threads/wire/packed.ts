import { estimatedValueBytes } from '../../model/estimated-bytes.js';

/**
 * What a thread sends of a batch: three lists, read in the order they were written.
 *
 * A span of its own objects costs several times as much to clone: each object, each key and each repeated string
 * is written and built again. Here all numbers are one array, and a string that comes again is a number.
 *
 * The numbers are items, one after the other, each after its length. So an item that cannot be read costs no other.
 */
export interface Packed {
  readonly numbers: Float64Array;
  readonly strings: readonly string[];
  /** Whatever is neither a number, a string nor a boolean: lists, and the bodies and attributes of log records. */
  readonly values: readonly unknown[];
}

/** What kind of value follows. */
export const VALUE = { none: 0, string: 1, number: 2, true: 3, false: 4, other: 5 } as const;

/** Stands for a string, or for attributes, that are not there. */
export const NONE = -1;

/** Whether the numbers are so many items and nothing else. */
export function areItems(numbers: Float64Array, count: number): boolean {
  let at = 0;
  for (let left = count; left > 0; left--) {
    const length = numbers[at];
    if (!isCount(length)) return false;
    at += 1 + length;
    if (at > numbers.length) return false;
  }
  return at === numbers.length;
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** About how many bytes it takes until it is read. */
export function packedBytes({ numbers, strings, values }: Packed): number {
  let bytes = numbers.byteLength;
  for (const string of strings) bytes += string.length;
  for (const value of values) bytes += estimatedValueBytes(value);
  return bytes;
}
