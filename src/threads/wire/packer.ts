import type { HrTime } from '@opentelemetry/api';
import { textOf } from '../../model/text-of.js';
import { NONE, VALUE, type Packed } from './packed.js';

const FIRST_SIZE = 4_096;

/** Room for this many numbers is kept for the next batch; a larger one is let go of. */
const MAX_KEPT_SIZE = 65_536;

/** Longer strings are not looked up: they hardly repeat, and to hash one is to read it. */
const MAX_SHARED_LENGTH = 64;

/** Strings that are remembered from batch to batch. A batch of one span would spend its time on filling a new map. */
const MAX_REMEMBERED = 256;

/** Writes values one after the other, to be read in the same order by an `Unpacker`. Used again for each batch. */
export class Packer {
  #numbers = new Float64Array(FIRST_SIZE);
  #length = 0;
  #strings: string[] = [];
  #values: unknown[] = [];
  /** The strings written last, each with its place counted on from `#base`; what is below that is not in this batch. */
  readonly #places = new Map<string, number>();
  #base = 0;

  /** Writes a value as an item. Returns whether it could be written. */
  item<T>(write: (value: T) => void, value: T): boolean {
    const start = this.#length;
    this.number(0);
    if (!this.#try(write, value, start)) return false;
    this.#numbers[start] = this.#length - start - 1;
    return true;
  }

  /** Writes how many values there are, then each. Returns how many could not be written, and are left out. */
  list<T>(values: readonly T[], write: (value: T) => void): number {
    const start = this.#length;
    this.number(0);
    let written = 0;
    let lost = 0;
    for (const value of values) {
      if (this.#try(write, value, this.#length)) written++;
      else lost++;
    }
    this.#numbers[start] = written;
    return lost;
  }

  number(value: number): void {
    if (this.#length === this.#numbers.length) this.#grow();
    this.#numbers[this.#length++] = value;
  }

  /** A number that the application may have set to something else: 0 then. */
  count(value: unknown): void {
    this.number(typeof value === 'number' ? value : 0);
  }

  flag(value: boolean): void {
    this.number(value ? 1 : 0);
  }

  /** Throws for what is no time at all. A part that is no number becomes NaN. */
  time(time: HrTime): void {
    const [seconds, nanos] = time as readonly unknown[];
    this.number(typeof seconds === 'number' ? seconds : Number.NaN);
    this.number(typeof nanos === 'number' ? nanos : Number.NaN);
  }

  /** Throws for what is no string: without its ids, nothing is known of a span. */
  id(value: string): void {
    if (typeof value !== 'string') throw new TypeError('an id must be a string');
    this.#text(value);
  }

  /** A string that may come again. Whatever else the application gave for one becomes a text. */
  string(value: unknown): void {
    this.#text(textOf(value));
  }

  optionalString(value: unknown): void {
    if (value === undefined) this.number(NONE);
    else this.string(value);
  }

  value(value: unknown): void {
    if (typeof value === 'string') {
      this.number(VALUE.string);
      this.#text(value);
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

  /** The own members of an object. Returns how many could not be read, and are left out. */
  attributes(attributes: object | undefined): number {
    if (attributes === undefined) {
      this.number(NONE);
      return 0;
    }
    const start = this.#length;
    this.number(0);
    let written = 0;
    let lost = 0;
    for (const key of Object.keys(attributes)) {
      let value: unknown;
      try {
        value = (attributes as Readonly<Record<string, unknown>>)[key];
      } catch {
        lost++;
        continue;
      }
      this.#text(key);
      this.value(value);
      written++;
    }
    this.#numbers[start] = written;
    return lost;
  }

  /** Everything written, and begins anew. */
  take(): Packed {
    const packed = {
      numbers: this.#numbers.slice(0, this.#length),
      strings: this.#strings,
      values: this.#values,
    };
    if (this.#numbers.length > MAX_KEPT_SIZE) this.#numbers = new Float64Array(FIRST_SIZE);
    this.#base += this.#strings.length;
    if (this.#places.size > MAX_REMEMBERED) this.#places.clear();
    this.#length = 0;
    this.#strings = [];
    this.#values = [];
    return packed;
  }

  /** Returns whether nothing was thrown. What is written then is taken back, from `start` on. */
  #try<T>(write: (value: T) => void, value: T, start: number): boolean {
    const values = this.#values.length;
    try {
      write(value);
      return true;
    } catch {
      this.#length = start;
      this.#values.length = values;
      return false;
    }
  }

  #text(value: string): void {
    const place = value.length <= MAX_SHARED_LENGTH ? this.#placeOf(value) : this.#strings.push(value) - 1;
    this.number(place);
  }

  #placeOf(value: string): number {
    const known = this.#places.get(value);
    if (known !== undefined && known >= this.#base) return known - this.#base;
    const place = this.#strings.push(value) - 1;
    this.#places.set(value, this.#base + place);
    return place;
  }

  #grow(): void {
    const larger = new Float64Array(this.#numbers.length * 2);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }
}
