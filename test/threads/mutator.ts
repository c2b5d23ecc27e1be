/** Replacements for a member of a message. All of them can be cloned. */
const GARBAGE: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => true,
  () => Number.NaN,
  () => -1,
  () => 0.5,
  () => 2 ** 31,
  () => Number.MAX_SAFE_INTEGER,
  () => 1e308,
  () => '',
  () => 'hello',
  () => 7n,
  () => [],
  () => [[], {}],
  () => ({}),
  () => new Map([['type', 'batch']]),
  () => new Int32Array(0),
  () => new Int32Array(1),
  () => new Int32Array(new SharedArrayBuffer(8)),
  () => new Float64Array([1e308, -1, Number.NaN, 3]),
  () => new Uint8Array(0),
  () => new Uint8Array(24),
];

/** Changes messages at random, the same way for the same seed. */
export class Mutator {
  /** To be given as `FUZZ_SEED`, to have a failure again. */
  readonly seed: string;
  #state: number;

  constructor(seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32))) {
    this.seed = `FUZZ_SEED=${seed}`;
    this.#state = seed;
  }

  /** A copy of a message with one to three of its parts changed. */
  mutated(message: unknown): unknown {
    let copy: unknown = this.#copy(message);
    for (let left = 1 + this.#below(3); left > 0; left--) copy = this.#changed(copy);
    return copy;
  }

  /** Follows a random path into a value, and changes its end. */
  #changed(value: unknown): unknown {
    if (value instanceof Uint8Array) return this.#changedBytes(value);
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || this.#below(8) === 0)
      return this.#garbage();
    const keys = Object.keys(value);
    if (keys.length === 0) return this.#garbage();
    const key = keys[this.#below(keys.length)]!;
    const container = value as Record<string, unknown>;
    if (this.#below(6) === 0) delete container[key];
    else container[key] = this.#changed(container[key]);
    return container;
  }

  /** The bytes are most of a batch: a single byte that is wrong matters, or where they end. */
  #changedBytes(bytes: Uint8Array): unknown {
    switch (this.#below(8)) {
      case 0:
        return this.#garbage();
      case 1:
        return bytes.slice(0, this.#below(bytes.length + 1));
      case 2:
        return Uint8Array.from([...bytes, ...bytes.slice(0, this.#below(4))]);
      default:
        bytes[this.#below(bytes.length)] = this.#below(256);
        return bytes;
    }
  }

  #garbage(): unknown {
    return GARBAGE[this.#below(GARBAGE.length)]!();
  }

  /** Shared memory stays shared. */
  #copy(value: unknown): unknown {
    if (value instanceof Uint8Array) return value.slice();
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
    if (Array.isArray(value)) return value.map((item) => this.#copy(item));
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.#copy(member)]));
  }

  #below(max: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * max);
  }
}
