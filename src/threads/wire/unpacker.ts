import type { Attributes, HrTime } from '@opentelemetry/api';
import { NONE, VALUE, type Packed } from './packed.js';

/**
 * Reads what a `Packer` has written, in the order it was written.
 *
 * Throws a `TypeError` for what no packer writes, which ends the item at hand.
 */
export class Unpacker {
  readonly #numbers: Float64Array;
  readonly #strings: readonly unknown[];
  readonly #values: readonly unknown[];
  #at = 0;
  /** Where the item at hand ends. */
  #end = 0;

  /** @param packed has numbers that are items */
  constructor({ numbers, strings, values }: Packed) {
    this.#numbers = numbers;
    this.#strings = strings;
    this.#values = values;
  }

  /** Reads so many items. Those that cannot be read are left out. */
  items<T>(count: number, read: () => T): T[] {
    const items: T[] = [];
    for (let left = count; left > 0; left--) this.#readItem(read, items);
    return items;
  }

  number(): number {
    if (this.#at >= this.#end) throw new TypeError('an item must be complete');
    return this.#numbers[this.#at++] as number;
  }

  flag(): boolean {
    return this.number() === 1;
  }

  time(): HrTime {
    return [this.number(), this.number()];
  }

  string(): string {
    const string = this.optionalString();
    if (string === undefined) throw new TypeError('an item must have all of its strings');
    return string;
  }

  optionalString(): string | undefined {
    const place = this.number();
    if (place === NONE) return undefined;
    const string = this.#strings[place];
    if (typeof string !== 'string') throw new TypeError('an item must have all of its strings');
    return string;
  }

  value(): unknown {
    const kind = this.number();
    switch (kind) {
      case VALUE.none:
        return undefined;
      case VALUE.string:
        return this.string();
      case VALUE.number:
        return this.number();
      case VALUE.true:
      case VALUE.false:
        return kind === VALUE.true;
      case VALUE.other:
        return this.#otherValue();
      default:
        throw new TypeError('a value must be of a known kind');
    }
  }

  attributes(): Attributes {
    return this.optionalAttributes() ?? {};
  }

  optionalAttributes(): Attributes | undefined {
    const count = this.number();
    if (count === NONE) return undefined;
    const attributes: Record<string, unknown> = {};
    for (let left = this.#checked(count); left > 0; left--) {
      const key = this.string();
      const value = this.value();
      if (key === '__proto__') define(attributes, key, value);
      else attributes[key] = value;
    }
    return attributes as Attributes;
  }

  /** A list: its length, then its values. */
  list<T>(read: () => T): T[] {
    const values: T[] = [];
    for (let left = this.#checked(this.number()); left > 0; left--) values.push(read());
    return values;
  }

  /** How many there are of what takes a number at least each. */
  #checked(count: number): number {
    if (!(count >= 0 && count <= this.#end - this.#at)) throw new TypeError('a length must be a count');
    return count;
  }

  #otherValue(): unknown {
    const place = this.number();
    if (!Object.hasOwn(this.#values, place)) throw new TypeError('an item must have all of its values');
    return this.#values[place];
  }

  /** Goes on after the item, whatever was read of it. */
  #readItem<T>(read: () => T, items: T[]): void {
    const start = this.#at + 1;
    const end = start + this.#numbers[this.#at]!;
    this.#at = start;
    this.#end = end;
    try {
      const item = read();
      if (this.#at === end) items.push(item);
    } catch {
      // Whoever asked for the items knows how many there should be.
    }
    this.#at = end;
  }
}

/** An attribute may have this name, too. To assign to it would set the prototype. */
function define(attributes: object, key: string, value: unknown): void {
  Object.defineProperty(attributes, key, { value, enumerable: true, configurable: true, writable: true });
}
