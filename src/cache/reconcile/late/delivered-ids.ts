import type { SpanIdentity } from '../../../model/span-map.js';

/** Default number of remembered spans. */
const CAPACITY = 16_384;

/**
 * The ids of recently delivered spans, as 64-bit fingerprints: the span id folded to 32 bits, and the last 32 bits of
 * the trace id.
 *
 * Nothing of a span is kept alive. Keeping its id strings would make the garbage collector copy them several times,
 * which costs more than the rest of a delivery. With random ids and 16,384 remembered spans, an undelivered span is
 * mistaken for a delivered one with a probability of 16,384 / 2^64, about 1 in 10^15.
 *
 * A ring with an index that is updated only by `has()`: until then, remembering a span costs three stores.
 */
export class DeliveredIds {
  readonly #capacity: number;
  readonly #spanIds: Int32Array;
  readonly #traceIds: Int32Array;
  /** Number of spans remembered so far; the last `#capacity` of them are in the ring. */
  #count = 0;
  /** Open-addressing hash table of ring positions plus one; 0 marks an empty slot. */
  #slots: Int32Array | undefined;
  /** Number of spans processed for the index: added, or skipped because the ring has overwritten them. */
  #indexed = 0;
  /**
   * Number of occupied slots, including stale ones whose ring entry was overwritten; these fail the comparison in
   * `#find()`.
   */
  #taken = 0;

  /** @param capacity a power of two */
  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
    this.#spanIds = new Int32Array(capacity);
    this.#traceIds = new Int32Array(capacity);
  }

  /**
   * Remembers a span. Ids of an unusual length are ignored, because they would be mistaken for each other.
   *
   * @throws TypeError if an id is not a string; nothing has changed then
   */
  remember(traceId: string, spanId: string): void {
    if (typeof traceId !== 'string' || typeof spanId !== 'string') throw new TypeError('ids must be strings');
    if (!haveUsualLength(traceId, spanId)) return;
    const at = this.#count++ & (this.#capacity - 1);
    this.#spanIds[at] = folded(spanId);
    this.#traceIds[at] = bitsAt(traceId, 24);
  }

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

  /** Brings the index up to date. Rebuilds it once stale slots would take as much room as valid ones. */
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

  /** Returns the slot of a fingerprint, or the empty slot to put it in. */
  #find(slots: Int32Array, spanId: number, traceId: number): number {
    const last = slots.length - 1;
    // Fibonacci hashing (Knuth, volume 3, section 6.4): the high bits of the product depend on all bits of the key.
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

/** Folds both halves of a span id, because test generators may count at either end or repeat the first half. */
function folded(spanId: string): number {
  return Math.imul(bitsAt(spanId, 0), 0x9e3779b1) ^ bitsAt(spanId, 8);
}

/** Reads eight hexadecimal digits from `start` on. */
function bitsAt(id: string, start: number): number {
  let bits = 0;
  for (let i = start; i < start + 8; i++) {
    const code = id.charCodeAt(i);
    // A letter's low bits count from 1: 'a' is 0x61.
    bits = (bits << 4) | ((code & 0xf) + (code >> 6) * 9);
  }
  return bits;
}
