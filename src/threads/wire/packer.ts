import type { HrTime } from '@opentelemetry/api';
import { NONE, VALUE, type Packed } from './packed.js';

const FIRST_SIZE = 4_096;

/** Longer ones are not looked up: they hardly repeat, and to hash one is to read it. */
const MAX_SHARED_LENGTH = 64;

/** Writes values one after the other, to be read in the same order by an `Unpacker`. Used again for each batch. */
export class Packer {
  #numbers = new Float64Array(FIRST_SIZE);
  #length = 0;
  #strings: string[] = [];
  #values: unknown[] = [];
  readonly #places = new Map<string, number>();

  /** How far it has written, to go back to by `rewind()`. */
  get position(): { readonly numbers: number; readonly values: number } {
    return { numbers: this.#length, values: this.#values.length };
  }

  /** Forgets what was written since. */
  rewind({ numbers, values }: Packer['position']): void {
    this.#length = numbers;
    this.#values.length = values;
  }

  number(value: number): void {
    if (this.#length === this.#numbers.length) this.#grow();
    this.#numbers[this.#length++] = value;
  }

  flag(value: boolean): void {
    this.number(value ? 1 : 0);
  }

  time(time: HrTime): void {
    this.number(time[0]);
    this.number(time[1]);
  }

  /** A string that may come again. */
  string(value: string | undefined): void {
    if (value === undefined) {
      this.number(NONE);
      return;
    }
    if (typeof value !== 'string') throw new TypeError('a name or an id must be a string');
    let place = this.#places.get(value);
    if (place === undefined) {
      place = this.#strings.push(value) - 1;
      this.#places.set(value, place);
    }
    this.number(place);
  }

  /** A string that does not come again. */
  uniqueString(value: string): void {
    this.number(this.#strings.push(value) - 1);
  }

  value(value: unknown): void {
    if (typeof value === 'string') {
      this.number(VALUE.string);
      if (value.length <= MAX_SHARED_LENGTH) this.string(value);
      else this.uniqueString(value);
    } else if (typeof value === 'number') {
      this.number(VALUE.number);
      this.number(value);
    } else if (value === undefined) {
      this.number(VALUE.none);
    } else if (typeof value === 'boolean') {
      this.number(value ? VALUE.true : VALUE.false);
    } else {
      this.number(VALUE.other);
      this.number(this.#values.push(value) - 1);
    }
  }

  /** The own members of an object, as attributes are. */
  attributes(attributes: object | undefined): void {
    if (attributes === undefined) {
      this.number(NONE);
      return;
    }
    const keys = Object.keys(attributes);
    this.number(keys.length);
    for (const key of keys) {
      this.string(key);
      this.value((attributes as Readonly<Record<string, unknown>>)[key]);
    }
  }

  /** Everything written, and begins anew. */
  take(): Packed {
    const packed = {
      numbers: this.#numbers.slice(0, this.#length),
      strings: this.#strings,
      values: this.#values,
    };
    this.#length = 0;
    this.#strings = [];
    this.#values = [];
    this.#places.clear();
    return packed;
  }

  #grow(): void {
    const larger = new Float64Array(this.#numbers.length * 2);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }
}
