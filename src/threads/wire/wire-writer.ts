import { isCount } from '../../support/option.js';
import { MAX_TABLE_LENGTH, type SentTexts } from './sent-texts.js';

const FIRST_SIZE = 16_384;

/** Larger buffers are not kept for the next batch. */
const MAX_KEPT_SIZE = 1_048_576;

/** Bytes of the longest integer: eight groups of seven bits hold 2^53. */
const MAX_UINT_BYTES = 8;

/** The value of a lowercase hexadecimal digit, by its character code; 255 for every other character. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => '0123456789abcdef'.indexOf(String.fromCharCode(code)));

/** Location of a text: in the table, among the texts of the batch, or inline. */
export const TEXT = { table: 0, once: 1, latin1: 2 } as const;

/** Writes numbers, texts and ids one after the other. A `WireReader` reads them in the same order. */
export class WireWriter {
  readonly #texts: SentTexts;
  #bytes = new Uint8Array(FIRST_SIZE);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  constructor(texts: SentTexts) {
    this.#texts = texts;
  }

  get length(): number {
    return this.#length;
  }

  /** Removes everything written after `length`. */
  truncate(length: number): void {
    this.#length = length;
  }

  /**
   * Calls `write`, and prefixes its output with its length, so that a reader can skip an unreadable item. Returns
   * false, and leaves nothing behind, if `write` throws.
   */
  item<T>(write: (writer: this, value: T) => void, value: T): boolean {
    const start = this.#length;
    this.uint32(0);
    if (!this.#attempt(write, value, start)) return false;
    this.#view.setUint32(start, this.#length - start - 4);
    return true;
  }

  /** Writes the number of readable values, then the values. Returns how many cannot be read. */
  list<T>(values: readonly T[], write: (writer: this, value: T) => void): number {
    const start = this.#length;
    this.uint32(0);
    let written = 0;
    for (const value of values) if (this.#attempt(write, value)) written++;
    this.#view.setUint32(start, written);
    return values.length - written;
  }

  /** Calls `write`. If it throws, returns false and goes back to `start`. */
  #attempt<T>(write: (writer: this, value: T) => void, value: T, start = this.#length): boolean {
    try {
      write(this, value);
      return true;
    } catch {
      this.#length = start;
      return false;
    }
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Overwrites a byte. */
  setByte(at: number, value: number): void {
    this.#bytes[at] = value;
  }

  /** An integer from 0 to 2^53 − 1, in one byte per seven bits. */
  uint(value: number): void {
    this.#reserve(MAX_UINT_BYTES);
    let rest = value;
    while (rest >= 0x1000_0000) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  count(value: unknown): void {
    this.uint(countOf(value));
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value);
    this.#length += 4;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  /** A text: a number whose two low bits are its `TEXT` form; then, if the text is inline, its bytes. */
  text(value: string): void {
    const place = value.length > MAX_TABLE_LENGTH ? undefined : this.#texts.placeOf(value);
    if (place !== undefined) this.uint(place * 4 + TEXT.table);
    else if (value.length > MAX_TABLE_LENGTH || !this.#latin1(value))
      this.uint(this.#texts.addOnce(value) * 4 + TEXT.once);
  }

  bytes(value: Uint8Array): void {
    this.uint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /**
   * Writes an id of `bytes` bytes. Returns false, and writes nothing, unless it consists of lowercase hexadecimal
   * digits of that length.
   */
  hex(id: string, bytes: number): boolean {
    if (id.length !== bytes * 2) return false;
    this.#reserve(bytes);
    for (let digit = 0, at = this.#length; digit < id.length; digit += 2, at++) {
      const high = DIGITS[id.charCodeAt(digit)] ?? 255;
      const low = DIGITS[id.charCodeAt(digit + 1)] ?? 255;
      if ((high | low) > 15) return false;
      this.#bytes[at] = (high << 4) | low;
    }
    this.#length += bytes;
    return true;
  }

  /** Returns everything written since the last call. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    if (this.#bytes.length > MAX_KEPT_SIZE) this.#resize(FIRST_SIZE);
    return taken;
  }

  /** Returns false, and writes nothing, if the text is not Latin-1. */
  #latin1(value: string): boolean {
    const start = this.#length;
    this.uint(value.length * 4 + TEXT.latin1);
    this.#reserve(value.length);
    for (let index = 0, at = this.#length; index < value.length; index++, at++) {
      const code = value.charCodeAt(index);
      if (code > 255) {
        this.#length = start;
        return false;
      }
      this.#bytes[at] = code;
    }
    this.#length += value.length;
    return true;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed > this.#bytes.length) this.#resize(Math.max(needed, this.#bytes.length * 2));
  }

  #resize(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** A count, or 0 for anything else that the application may have set. */
export function countOf(value: unknown): number {
  return isCount(value) ? value : 0;
}
