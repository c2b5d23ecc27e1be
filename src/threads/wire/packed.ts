/**
 * What a thread sends of a batch: three lists, read in the order they were written.
 *
 * A span of its own objects costs several times as much to clone: each object, each key and each repeated string
 * is written and built again. Here all numbers are one array, and a string that comes again is a number.
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
