import { MalformedPayload } from './payload-limits.js';

/** Wire types, without the deprecated groups: https://protobuf.dev/programming-guides/encoding/. */
export const WireType = { VARINT: 0, FIXED64: 1, BYTES: 2, FIXED32: 5 } as const;

/** Ten groups of 7 bits hold 64 bits. */
const MAX_VARINT_BYTES = 10;
const MAX_FIELD_NUMBER = 2 ** 29 - 1;

/** Rejects malformed text. Keeps a byte order mark, which is part of the application's text. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function fieldNumberOf(tag: number): number {
  return Math.floor(tag / 8);
}

export function wireTypeOf(tag: number): number {
  return tag % 8;
}

/**
 * Reads protobuf's wire format from front to back.
 *
 * @throws MalformedPayload from every method, for a truncated or invalid payload
 */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;
  /** End of the current message. */
  #end: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.length;
  }

  get atEnd(): boolean {
    return this.#position === this.#end;
  }

  /**
   * Enters a nested message.
   *
   * @returns the end of the enclosing message, for `leave()`
   */
  enter(): number {
    const outerEnd = this.#end;
    const length = this.#varintNumber();
    this.#end = this.#advance(length) + length;
    this.#position = this.#end - length;
    return outerEnd;
  }

  /** Returns to the enclosing message, once the nested one has been read. */
  leave(outerEnd: number): void {
    this.#end = outerEnd;
  }

  /** Reads a tag, which is the field number times eight plus the wire type. */
  tag(): number {
    const tag = this.#varintNumber();
    const number = fieldNumberOf(tag);
    if (number === 0 || number > MAX_FIELD_NUMBER) throw new MalformedPayload(`field number ${number} is out of range`);
    return tag;
  }

  varint(): bigint {
    const start = this.#position;
    const short = this.#varintNumber();
    if (short <= Number.MAX_SAFE_INTEGER) return BigInt(short);
    let value = 0n;
    for (let index = start; index < this.#position; index++) {
      value |= BigInt(this.#view.getUint8(index) & 0x7f) << BigInt(7 * (index - start));
    }
    return BigInt.asUintN(64, value);
  }

  fixed32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  fixed64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }

  /** A view into the payload. Copy it to keep it; otherwise it keeps the whole payload alive. */
  bytes(): Uint8Array {
    const length = this.#varintNumber();
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  string(): string {
    const bytes = this.bytes();
    try {
      return UTF8.decode(bytes);
    } catch {
      throw new MalformedPayload('a string is not UTF-8');
    }
  }

  /** Skips the value of an unknown field. */
  skip(wireType: number): void {
    if (wireType === WireType.VARINT) this.varint();
    else if (wireType === WireType.BYTES) this.bytes();
    else if (wireType === WireType.FIXED32) this.#advance(4);
    else if (wireType === WireType.FIXED64) this.#advance(8);
    else throw new MalformedPayload(`wire type ${wireType} is not supported`);
  }

  /** Reads a varint as a number, exact up to 2⁵³: more than the lengths and tags of any valid payload. */
  #varintNumber(): number {
    let value = 0;
    let factor = 1;
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      const byte = this.#view.getUint8(this.#advance(1));
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw new MalformedPayload(`a varint is longer than ${MAX_VARINT_BYTES} bytes`);
  }

  /** @returns the old position */
  #advance(length: number): number {
    const start = this.#position;
    if (length > this.#end - start) throw new MalformedPayload('the payload ends inside a value');
    this.#position = start + length;
    return start;
  }
}
