import type { ReceivedTexts } from './received-texts.js';
import { TEXT } from './wire-writer.js';

/**
 * Reads the output of a `WireWriter`, in the same order.
 *
 * @throws TypeError, from each method, for invalid bytes. Within `items()`, this ends only the current item.
 */
export class WireReader {
  readonly #bytes: Buffer;
  readonly #texts: ReceivedTexts;
  /** Start of the last id read, by the last byte of the id. */
  readonly #idStarts = new Int32Array(256);
  readonly #ids: string[] = [];
  #at = 0;
  /** End of the current item. */
  #end: number;

  constructor(bytes: Uint8Array, texts: ReceivedTexts) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#texts = texts;
    this.#end = bytes.byteLength;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Reads `count` items. Leaves out items that cannot be read. */
  items<T>(count: number, read: (reader: this) => T): T[] {
    const items: T[] = [];
    for (let left = count; left > 0; left--) {
      this.#end = this.#bytes.length;
      const length = this.uint32();
      const end = this.#at + length;
      this.#end = end;
      try {
        const item = read(this);
        if (this.#at === end) items.push(item);
      } catch {
        // The caller compares the number of items read with the expected one.
      }
      this.#at = end;
    }
    return items;
  }

  list<T>(read: (reader: this) => T): T[] {
    const values: T[] = [];
    for (let left = this.#possible(this.uint32()); left > 0; left--) values.push(read(this));
    return values;
  }

  byte(): number {
    return this.#bytes[this.#advance(1)]!;
  }

  uint(): number {
    let value = 0;
    let factor = 1;
    for (let left = 8; left > 0; left--) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
    throw new TypeError('an integer must have at most eight bytes');
  }

  /** The number of values that follow, each of at least one byte. */
  count(): number {
    return this.#possible(this.uint());
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#advance(4));
  }

  double(): number {
    return this.#bytes.readDoubleBE(this.#advance(8));
  }

  text(): string {
    const code = this.uint();
    const place = Math.floor(code / 4);
    switch (code % 4) {
      case TEXT.table:
        return this.#texts.at(place);
      case TEXT.once:
        return this.#texts.once(place);
      case TEXT.latin1:
        return this.#latin1(place);
      default:
        throw new TypeError('a text must be of a known form');
    }
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.raw(this.uint()));
  }

  /** An id. Spans with the same id usually share its string. */
  hex(bytes: number): string {
    const start = this.#advance(bytes);
    const slot = this.#bytes[this.#at - 1]!;
    const known = this.#ids[slot];
    if (known?.length === 2 * bytes && this.#areSame(this.#idStarts[slot]!, start, bytes)) return known;
    this.#idStarts[slot] = start;
    return (this.#ids[slot] = this.#bytes.toString('hex', start, this.#at));
  }

  /** A view of the next bytes. */
  raw(length: number): Buffer {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, this.#at);
  }

  /** A view of all remaining bytes. */
  rest(): Buffer {
    return this.raw(this.#end - this.#at);
  }

  #latin1(length: number): string {
    const start = this.#advance(length);
    return this.#bytes.toString('latin1', start, this.#at);
  }

  #areSame(one: number, other: number, bytes: number): boolean {
    for (let at = 0; at < bytes; at++) if (this.#bytes[one + at] !== this.#bytes[other + at]) return false;
    return true;
  }

  /** Returns the old position. */
  #advance(bytes: number): number {
    const start = this.#at;
    this.#at += this.#possible(bytes);
    return start;
  }

  #possible(bytes: number): number {
    if (bytes > this.#end - this.#at) throw new TypeError('a packed batch must be complete');
    return bytes;
  }
}
