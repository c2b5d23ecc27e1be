import { MalformedPayload } from './payload-limits.js';

/** How many bytes a value has: https://protobuf.dev/programming-guides/encoding/. Groups are not in use. */
export const WireType = { VARINT: 0, FIXED64: 1, BYTES: 2, FIXED32: 5 } as const;

/** 10 groups of 7 bits hold 64. */
const MAX_VARINT_BYTES = 10;
const MAX_FIELD_NUMBER = 2 ** 29 - 1;

/** Strict, and keeps a byte order mark: the text is the application's. */
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
 * @throws MalformedPayload from every method, for what ends too early or cannot be
 */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;
  /** Of the message that is being read. */
  #end: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.length;
  }

  get atEnd(): boolean {
    return this.#position === this.#end;
  }

  /** Goes into a message: it ends where its length says. Returns the end of the one around it, for `leave()`. */
  enter(): number {
    const outerEnd = this.#end;
    const length = this.#varintNumber();
    this.#end = this.#advance(length) + length;
    this.#position = this.#end - length;
    return outerEnd;
  }

  /** Goes on in the message around, once this one is at its end. */
  leave(outerEnd: number): void {
    this.#end = outerEnd;
  }

  /** The number of a field times eight, plus its wire type. */
  tag(): number {
    const tag = this.#varintNumber();
    const number = fieldNumberOf(tag);
    if (number === 0 || number > MAX_FIELD_NUMBER) throw new MalformedPayload(`no field can have the number ${number}`);
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

  /** A view, not a copy: to be kept, it has to be copied, because it keeps the whole payload. */
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

  /** Passes over the value of a field that nobody reads. */
  skip(wireType: number): void {
    if (wireType === WireType.VARINT) this.varint();
    else if (wireType === WireType.BYTES) this.bytes();
    else if (wireType === WireType.FIXED32) this.#advance(4);
    else if (wireType === WireType.FIXED64) this.#advance(8);
    else throw new MalformedPayload(`wire type ${wireType} is not in use`);
  }

  /** Exact up to 2⁵³, which is far above the lengths and tags of any payload that is whole. */
  #varintNumber(): number {
    let value = 0;
    let factor = 1;
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      const byte = this.#view.getUint8(this.#advance(1));
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw new MalformedPayload(`a varint of more than ${MAX_VARINT_BYTES} bytes`);
  }

  /** @returns where the position was */
  #advance(length: number): number {
    const start = this.#position;
    if (length > this.#end - start) throw new MalformedPayload('the payload ends inside a value');
    this.#position = start + length;
    return start;
  }
}
