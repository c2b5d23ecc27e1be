/**
 * Values of the keys that were added last. Beyond `max` keys, the oldest is removed. A key that is set again keeps its
 * place.
 *
 * A ring holds the keys in order, because finding the first key of a map takes long after many deletions.
 */
export class RecentMap<Value> {
  readonly #max: number;
  readonly #values = new Map<string, Value>();
  readonly #ring: string[] = [];
  #next = 0;

  constructor(max: number) {
    this.#max = max;
  }

  set(key: string, value: Value): void {
    const isKnown = this.#values.has(key);
    this.#values.set(key, value);
    if (isKnown) return;
    const oldest = this.#ring[this.#next];
    if (oldest !== undefined) this.#values.delete(oldest);
    this.#ring[this.#next] = key;
    this.#next = (this.#next + 1) % this.#max;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }
}
