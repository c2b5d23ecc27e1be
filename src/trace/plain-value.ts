import type { AttributeEntry } from '../model/attribute-entries.js';
import { textOf } from '../model/text-of.js';
import { MAX_VALUES, partsOf, type ValueParts } from '../model/value-parts.js';

/** Maximum nesting depth. Deeper containers become `CUT`. */
const MAX_DEPTH = 16;

/** Replaces values beyond a limit. */
const CUT = '[…]';

/**
 * Copies a value to plain, frozen data: objects, arrays, strings, numbers, booleans, null, undefined.
 *
 * A log body may be any value. A bigint becomes a string, a date its ISO text, a URL its text, a map an object, a set
 * an array, bytes an array of numbers, an error an object with its name, message, stack and cause. An object that
 * occurs twice is copied once; a circular reference becomes `'[Circular]'`. At most 65,536 values are copied; `'[…]'`
 * replaces the rest. Never throws: a value that cannot be read becomes `'[unreadable]'`.
 */
export function plainValue(value: unknown): unknown {
  return new PlainCopies().of(value, 0);
}

/** Copies attributes as `plainValue()` does, with one limit for all of them. */
export function plainObject(attributes: readonly AttributeEntry[]): Readonly<Record<string, unknown>> {
  const copies = new PlainCopies();
  return Object.freeze(Object.fromEntries(attributes.map(([key, value]) => [key, copies.of(value, 0)])));
}

class PlainCopies {
  readonly #copies = new Map<object, unknown>();
  #room = MAX_VALUES;

  of(value: unknown, depth: number): unknown {
    if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return textOf(value);
    if (typeof value !== 'object' || value === null) return value;
    const known = this.#copies.get(value);
    if (known !== undefined) return known;
    if (depth === MAX_DEPTH || this.#room <= 0) return CUT;
    this.#copies.set(value, '[Circular]');
    const copy = this.#copyOf(partsOf(value, this.#room), depth + 1);
    this.#copies.set(value, copy);
    return copy;
  }

  #copyOf(parts: ValueParts, depth: number): unknown {
    if (parts.kind === 'value') return this.of(parts.value, depth);
    if (parts.kind === 'list') return this.#listOf(parts.items, parts.size, depth);
    if (parts.kind === 'bytes')
      return this.#listOf([...parts.bytes.subarray(0, this.#room)], parts.bytes.length, depth);
    const { entries, size } = parts;
    this.#room -= entries.length;
    const copies = entries.map(([key, value]): [string, unknown] => [textOf(key), this.of(value, depth)]);
    if (entries.length < size) copies.push([CUT, `${size - entries.length} more`]);
    return Object.freeze(Object.fromEntries(copies));
  }

  #listOf(items: readonly unknown[], size: number, depth: number): unknown {
    this.#room -= items.length;
    const copies = items.map((item) => this.of(item, depth));
    if (items.length < size) copies.push(CUT);
    return Object.freeze(copies);
  }
}
