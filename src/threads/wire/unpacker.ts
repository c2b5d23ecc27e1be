import type { Attributes, HrTime } from '@opentelemetry/api';
import { NONE, VALUE, type Packed } from './packed.js';

/**
 * Reads what a `Packer` has written, in the order it was written.
 *
 * Throws a `TypeError` for what no packer writes, which ends the batch.
 */
export class Unpacker {
  readonly #numbers: Float64Array;
  readonly #strings: readonly unknown[];
  readonly #values: readonly unknown[];
  #at = 0;

  constructor({ numbers, strings, values }: Packed) {
    if (!(numbers instanceof Float64Array) || !Array.isArray(strings) || !Array.isArray(values)) {
      throw new TypeError('a batch must have numbers, strings and values');
    }
    this.#numbers = numbers;
    this.#strings = strings;
    this.#values = values;
  }

  /** Whether all was read. */
  get atEnd(): boolean {
    return this.#at === this.#numbers.length;
  }

  number(): number {
    if (this.#at >= this.#numbers.length) throw new TypeError('a batch must not end in the middle of a span');
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
    if (string === undefined) throw new TypeError('a batch must have all of its strings');
    return string;
  }

  optionalString(): string | undefined {
    const place = this.number();
    if (place === NONE) return undefined;
    const string = this.#strings[place];
    if (typeof string !== 'string') throw new TypeError('a batch must have all of its strings');
    return string;
  }

  value(): unknown {
    const kind = this.number();
    switch (kind) {
      case VALUE.string:
        return this.string();
      case VALUE.number:
        return this.number();
      case VALUE.true:
      case VALUE.false:
        return kind === VALUE.true;
      case VALUE.none:
        return undefined;
      default:
        return this.#values[this.number()];
    }
  }

  attributes(): Attributes {
    return this.optionalAttributes() ?? {};
  }

  optionalAttributes(): Attributes | undefined {
    const count = this.number();
    if (count === NONE) return undefined;
    const attributes: Record<string, unknown> = {};
    for (let left = count; left > 0; left--) {
      const key = this.string();
      attributes[key] = this.value();
    }
    return attributes as Attributes;
  }

  /** A list: its length, then its items. */
  list<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.number(); left > 0; left--) items.push(read());
    return items;
  }
}
