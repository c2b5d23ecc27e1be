const FIRST_CAPACITY = 1_024;

/** Number of newest spans whose nodes are remembered, 24 bytes each: more than the history retains. */
export const MAX_SPANS = 2 ** 18;

/**
 * The nodes under which the newest 262,144 spans were counted, by trace id and span id: a hash table over a ring.
 *
 *   heads   bucket ─▶ number of its newest span
 *   next    position ─▶ number of the span before it in the bucket
 *
 * Spans are numbered in the order of arrival, and the lower bits of its number are a span's position. An overwritten
 * span needs no removal: numbers along a bucket only decrease, so a search ends at the first one that is too old. Ids
 * are compared by a hash of 64 bits.
 */
export class SpanNodes {
  #capacity = FIRST_CAPACITY;
  #heads = new Uint32Array(FIRST_CAPACITY);
  #next = new Uint32Array(FIRST_CAPACITY);
  #high = new Uint32Array(FIRST_CAPACITY);
  #low = new Uint32Array(FIRST_CAPACITY);
  #nodes = new Uint32Array(FIRST_CAPACITY);
  #seconds = new Uint32Array(FIRST_CAPACITY);
  /** Number of the newest span; the first is 1. Wraps at 2³². */
  #newest = 0;
  #size = 0;

  #trace = '';
  readonly #traceHash = new Hash();
  readonly #hash = new Hash();
  #second = 0;
  /** Number of the span before the first of the current part of a trace. */
  #before = 0;

  /** Results of `find()`: the node of the span; when the span was added, in seconds; its index in this part, or -1. */
  foundNode = 0;
  foundSecond = 0;
  foundIndex = -1;
  foundNumber = 0;

  /** Begins a part of a trace, for `add()` and `find()`. */
  begin(traceId: string, now: number): void {
    this.#before = this.#newest;
    this.#second = Math.floor(now / 1_000) >>> 0;
    this.#useTrace(traceId);
  }

  add(spanId: string, node: number): void {
    if (this.#size === this.#capacity && this.#capacity < MAX_SPANS) this.#grow();
    const hash = this.#hashOf(spanId);
    this.#newest = (this.#newest + 1) >>> 0;
    if (this.#size < this.#capacity) this.#size++;
    this.#put(this.#newest, hash.high, hash.low, node, this.#second);
  }

  /** Finds a span of the same trace; the newest if several share the id. */
  find(spanId: string): boolean {
    const hash = this.#hashOf(spanId);
    let number = this.#heads[bucketOf(hash.high, hash.low, this.#capacity)]!;
    let age = -1;
    while (true) {
      const ofThis = (this.#newest - number) >>> 0;
      if (ofThis <= age || ofThis >= this.#size) return false;
      age = ofThis;
      const at = number & (this.#capacity - 1);
      if (this.#high[at] === hash.high && this.#low[at] === hash.low) {
        this.foundNode = this.#nodes[at]!;
        this.foundSecond = this.#seconds[at]!;
        this.foundNumber = number;
        const index = ((number - this.#before) >>> 0) - 1;
        this.foundIndex = index >= 0 && index < (this.#newest - this.#before) >>> 0 ? index : -1;
        return true;
      }
      number = this.#next[at]!;
    }
  }

  /** Returns to an earlier part of a trace, for `find()` and `nodeAt()`. False if its first span has been forgotten. */
  return(traceId: string, firstSpanId: string): boolean {
    this.#useTrace(traceId);
    if (!this.find(firstSpanId)) return false;
    this.#before = (this.foundNumber - 1) >>> 0;
    return true;
  }

  /**
   * Node of the span at this index of the part; if that was overwritten, the node of the newest span with the same id.
   */
  nodeAt(index: number, spanId: string): number | undefined {
    const hash = this.#hashOf(spanId);
    const number = (this.#before + 1 + index) >>> 0;
    const at = number & (this.#capacity - 1);
    const isKept = (this.#newest - number) >>> 0 < this.#size;
    if (isKept && this.#high[at] === hash.high && this.#low[at] === hash.low) return this.#nodes[at];
    return this.find(spanId) ? this.foundNode : undefined;
  }

  /** Node of a span of any trace. */
  nodeOf(traceId: string, spanId: string): number | undefined {
    this.#useTrace(traceId);
    return this.find(spanId) ? this.foundNode : undefined;
  }

  clear(): void {
    this.#newest = this.#size = 0;
    this.#allocate(FIRST_CAPACITY);
  }

  #useTrace(traceId: string): void {
    if (traceId === this.#trace) return;
    this.#trace = traceId;
    this.#traceHash.of(traceId, 0xdeadbeef, 0x41c6ce57);
  }

  #hashOf(spanId: string): Hash {
    return this.#hash.of(spanId, this.#traceHash.high, this.#traceHash.low);
  }

  #put(number: number, high: number, low: number, node: number, second: number): void {
    const at = number & (this.#capacity - 1);
    const bucket = bucketOf(high, low, this.#capacity);
    this.#next[at] = this.#heads[bucket]!;
    this.#heads[bucket] = number;
    this.#high[at] = high;
    this.#low[at] = low;
    this.#nodes[at] = node;
    this.#seconds[at] = second;
  }

  #grow(): void {
    const [high, low, nodes, seconds] = [this.#high, this.#low, this.#nodes, this.#seconds];
    const mask = this.#capacity - 1;
    this.#allocate(this.#capacity * 2);
    for (let age = this.#size - 1; age >= 0; age--) {
      const number = (this.#newest - age) >>> 0;
      const at = number & mask;
      this.#put(number, high[at]!, low[at]!, nodes[at]!, seconds[at]!);
    }
  }

  #allocate(capacity: number): void {
    this.#capacity = capacity;
    this.#heads = new Uint32Array(capacity);
    this.#next = new Uint32Array(capacity);
    this.#high = new Uint32Array(capacity);
    this.#low = new Uint32Array(capacity);
    this.#nodes = new Uint32Array(capacity);
    this.#seconds = new Uint32Array(capacity);
  }
}

/** Two independent 32-bit hashes. */
class Hash {
  high = 0;
  low = 0;

  of(text: string, high: number, low: number): this {
    let a = high | 0;
    let b = low | 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x9e3779b1);
      b = Math.imul(b ^ unit, 0x5f356495);
      a ^= a >>> 15;
    }
    b ^= b >>> 13;
    this.high = a >>> 0;
    this.low = b >>> 0;
    return this;
  }
}

function bucketOf(high: number, low: number, capacity: number): number {
  const mixed = Math.imul(high ^ (low >>> 7), 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & (capacity - 1);
}
