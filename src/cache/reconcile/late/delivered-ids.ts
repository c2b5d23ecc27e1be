import type { SpanIdentity } from '../../../model/span-map.js';

/** Spans that are remembered by default. */
const CAPACITY = 16_384;

/**
 * The ids of the spans delivered last, by a fingerprint of 64 bits: both halves of the span id, one upon the
 * other, and the last 32 bits of the trace id.
 *
 * Nothing of a span is kept alive. To keep its ids would make the garbage collector copy them several times,
 * which costs more than all else that a delivery does. Of random ids, a span that was not delivered is taken for
 * one of `capacity` that were once in 2^64 / `capacity` times: for 16,384 of them, once in 10^15.
 *
 * A ring, with an index that is caught up only by `has()`: until then a remembered span costs three stores.
 */
export class DeliveredIds {
  readonly #capacity: number;
  readonly #spanIds: Int32Array;
  readonly #traceIds: Int32Array;
  /** Spans remembered so far. The last `#capacity` of them are in the ring. */
  #count = 0;
  /** Where in the ring to look, plus one, by open addressing; 0 is an empty slot. */
  #slots: Int32Array | undefined;
  /** How many of the spans were put into the index, or left out as forgotten. */
  #indexed = 0;
  /** Slots taken. What the ring has overwritten since is found there and does not fit. */
  #taken = 0;

  /** @param capacity a power of two */
  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
    this.#spanIds = new Int32Array(capacity);
    this.#traceIds = new Int32Array(capacity);
  }

  /**
   * Remembers a span. Ids that do not have the length of a span's are left out: they would be taken for each other.
   *
   * @throws TypeError if one of the ids is no string; nothing has changed then
   */
  remember(traceId: string, spanId: string): void {
    if (typeof traceId !== 'string' || typeof spanId !== 'string') throw new TypeError('ids must be strings');
    if (!haveUsualLength(traceId, spanId)) return;
    const at = this.#count++ & (this.#capacity - 1);
    this.#spanIds[at] = folded(spanId);
    this.#traceIds[at] = bitsAt(traceId, 24);
  }

  /** Whether a span is remembered. */
  has({ spanId, traceId }: SpanIdentity): boolean {
    if (this.#count === 0) return false;
    if (!haveUsualLength(traceId, spanId)) return false;
    const slots = this.#caughtUp();
    return slots[this.#find(slots, folded(spanId), bitsAt(traceId, 24))] !== 0;
  }

  clear(): void {
    this.#count = 0;
    this.#indexed = 0;
    this.#taken = 0;
    this.#slots = undefined;
  }

  /** The index of all that is in the ring. Built anew once what is overwritten would take as much room. */
  #caughtUp(): Int32Array {
    const slots = (this.#slots ??= new Int32Array(this.#capacity * 4));
    const oldest = Math.max(0, this.#count - this.#capacity);
    this.#indexed = Math.max(this.#indexed, oldest);
    if (this.#taken + this.#count - this.#indexed > this.#capacity * 2) {
      slots.fill(0);
      this.#taken = 0;
      this.#indexed = oldest;
    }
    while (this.#indexed < this.#count) this.#index(slots, this.#indexed++ & (this.#capacity - 1));
    return slots;
  }

  #index(slots: Int32Array, at: number): void {
    const slot = this.#find(slots, this.#spanIds[at]!, this.#traceIds[at]!);
    if (slots[slot] === 0) this.#taken++;
    slots[slot] = at + 1;
  }

  /** The slot of a fingerprint, or the empty slot where it would be put. */
  #find(slots: Int32Array, spanId: number, traceId: number): number {
    const last = slots.length - 1;
    // Fibonacci hashing (Knuth, volume 3, section 6.4): the high bits of the product depend on all of them.
    let slot = Math.imul(spanId + Math.imul(traceId, 31), 0x9e3779b1) >>> Math.clz32(last);
    for (let at = slots[slot]! - 1; at >= 0; at = slots[slot]! - 1) {
      if (this.#spanIds[at] === spanId && this.#traceIds[at] === traceId) return slot;
      slot = (slot + 1) & last;
    }
    return slot;
  }
}

function haveUsualLength(traceId: string, spanId: string): boolean {
  return traceId.length === 32 && spanId.length === 16;
}

/** Both halves of a span id: a generator made for tests may count at either end, or repeat the first half. */
function folded(spanId: string): number {
  return Math.imul(bitsAt(spanId, 0), 0x9e3779b1) ^ bitsAt(spanId, 8);
}

/** The eight hexadecimal digits from `start` on. */
function bitsAt(id: string, start: number): number {
  let bits = 0;
  for (let i = start; i < start + 8; i++) {
    const code = id.charCodeAt(i);
    // A letter's low bits count from 1: 'a' is 0x61.
    bits = (bits << 4) | ((code & 0xf) + (code >> 6) * 9);
  }
  return bits;
}
