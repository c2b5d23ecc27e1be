/** The trace id and the span id, which together identify a span. */
export interface SpanIdentity {
  readonly traceId: string;
  readonly spanId: string;
}

/** Both ids as one string, for use as a key of a `Map` or a `Set`. */
export function spanKey({ traceId, spanId }: SpanIdentity): string {
  return `${traceId}/${spanId}`;
}

/**
 * The ids of a span context, each read once; undefined if it has none.
 *
 * Span contexts need not come from the SDK: their ids may have any type, change between reads, or throw.
 *
 * @throws TypeError if an id is not a string
 */
export function identityOf({ traceId, spanId }: SpanIdentity): SpanIdentity | undefined {
  if (typeof traceId === 'string' && typeof spanId === 'string') return { traceId, spanId };
  if (traceId === undefined && spanId === undefined) return undefined;
  throw new TypeError('a trace id and a span id must be strings');
}

/** Characters hashed initially, from the end of each id: sequential id generators vary the end. */
const FEW_CHARACTERS = 5;

/** Length of a probe chain past which all characters are hashed. Random hashes exceed it once in many thousand maps. */
const MAX_DETOUR = 128;

/** Minimum number of slots. */
const MIN_SLOTS = 64;

/**
 * A map keyed by span identity. Each value contains the ids of its own key.
 *
 * ```
 *   hash of the ids ─┐
 *                    ▼
 *   hashes  0  0  0 h1 h2 h3  0  0     0 is an empty slot
 *   values  ·  ·  · v1 v2 v3  ·  ·     h2 and h3 are displaced: their own slots were taken
 * ```
 *
 * Open addressing with linear probing: hashes are contiguous, and a value is read only if its hash matches. At most
 * half of the slots are taken. Deletion shifts later entries of the probe chain back (no tombstones), so lookups stay
 * short under churn (Knuth, The Art of Computer Programming, volume 3, section 6.4, algorithm R).
 *
 * Initially only the ends of the ids are hashed, because reading all 48 characters would cost more than the rest of a
 * lookup. Once a probe chain is so long that many ids must have the same end, all characters are hashed.
 *
 * A `Map` keyed by strings would rehash repeatedly under churn, and would need both ids concatenated for each lookup.
 */
export class SpanMap<V extends SpanIdentity> {
  #hashes = new Int32Array(MIN_SLOTS);
  #values = emptySlots<V>(MIN_SLOTS);
  #size = 0;
  /** Whether all characters of the ids are hashed, not only the last few. */
  #hashesAll = false;

  get size(): number {
    return this.#size;
  }

  get(span: SpanIdentity): V | undefined {
    return this.#values[this.#find(span, this.#hash(span))];
  }

  /** Adds a value, or replaces the value with the same ids. */
  set(value: V): void {
    const hash = this.#hash(value);
    const slot = this.#find(value, hash);
    const isNew = this.#hashes[slot] === 0;
    this.#hashes[slot] = hash;
    this.#values[slot] = value;
    if (!isNew) return;
    this.#size++;
    const { length } = this.#hashes;
    if (((slot - hash) & (length - 1)) > MAX_DETOUR) this.#hashAll();
    if (this.#size * 2 > length) this.#resize(length * 2);
  }

  delete(span: SpanIdentity): void {
    const slot = this.#find(span, this.#hash(span));
    if (this.#hashes[slot] === 0) return;
    this.#close(slot);
    this.#size--;
    const { length } = this.#hashes;
    if (length > MIN_SLOTS && this.#size * 16 < length) this.#resize(Math.max(length / 4, MIN_SLOTS));
  }

  clear(): void {
    this.#hashes = new Int32Array(MIN_SLOTS);
    this.#values = emptySlots(MIN_SLOTS);
    this.#size = 0;
    this.#hashesAll = false;
  }

  /** A hash of both ids, never 0. */
  #hash({ spanId, traceId }: SpanIdentity): number {
    const ends = this.#hashesAll
      ? hashFrom(0, spanId) ^ Math.imul(hashFrom(0, traceId), 0x9e3779b1)
      : hashOfEnd(spanId) ^ Math.imul(hashOfEnd(traceId), 0x9e3779b1);
    const mixed = Math.imul(ends ^ (ends >>> 15), 0x2c1b3c6d);
    return mixed ^ (mixed >>> 13) || 1;
  }

  /** Switches to hashing all characters, and rebuilds the table. */
  #hashAll(): void {
    if (this.#hashesAll) return;
    this.#hashesAll = true;
    for (let slot = 0; slot < this.#hashes.length; slot++) {
      const value = this.#values[slot];
      if (value !== undefined) this.#hashes[slot] = this.#hash(value);
    }
    this.#resize(this.#hashes.length);
  }

  /** The slot of a span, or the empty slot where it would be inserted. */
  #find(span: SpanIdentity, hash: number): number {
    const hashes = this.#hashes;
    const last = hashes.length - 1;
    let slot = hash & last;
    for (let found = hashes[slot]; found !== 0; found = hashes[slot]) {
      if (found === hash && isSame(this.#values[slot]!, span)) return slot;
      slot = (slot + 1) & last;
    }
    return slot;
  }

  /** Empties a slot, and moves later entries of the probe chain into the gap. */
  #close(slot: number): void {
    const hashes = this.#hashes;
    const values = this.#values;
    const last = hashes.length - 1;
    let gap = slot;
    for (let next = (gap + 1) & last; hashes[next] !== 0; next = (next + 1) & last) {
      const home = hashes[next]! & last;
      const mayMove = ((next - home) & last) >= ((next - gap) & last);
      if (!mayMove) continue;
      hashes[gap] = hashes[next]!;
      values[gap] = values[next];
      gap = next;
    }
    hashes[gap] = 0;
    values[gap] = undefined;
  }

  #resize(slots: number): void {
    const [hashes, values] = [this.#hashes, this.#values];
    this.#hashes = new Int32Array(slots);
    this.#values = emptySlots(slots);
    for (let from = 0; from < hashes.length; from++) {
      if (hashes[from] === 0) continue;
      let to = hashes[from]! & (slots - 1);
      while (this.#hashes[to] !== 0) to = (to + 1) & (slots - 1);
      this.#hashes[to] = hashes[from]!;
      this.#values[to] = values[from];
    }
  }
}

function emptySlots<V>(count: number): (V | undefined)[] {
  return new Array<V | undefined>(count).fill(undefined);
}

function isSame(a: SpanIdentity, b: SpanIdentity): boolean {
  return a.spanId === b.spanId && a.traceId === b.traceId;
}

/** A hash of the last characters of an id. */
function hashOfEnd(id: string | undefined): number {
  return typeof id === 'string' ? hashFrom(Math.max(0, id.length - FEW_CHARACTERS), id) : 0;
}

/** A hash of the characters of an id from an index on; 0 if the id is not a string, as in contexts not from the SDK. */
function hashFrom(start: number, id: string | undefined): number {
  let hash = 0;
  if (typeof id !== 'string') return hash;
  for (let i = start; i < id.length; i++) hash = (Math.imul(hash, 31) + id.charCodeAt(i)) | 0;
  return hash;
}
