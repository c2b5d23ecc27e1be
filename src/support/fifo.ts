/** Items gone before the list is shortened. Short lists are shortened when they are empty. */
const MIN_GONE = 64;

/**
 * First in, first out, each in constant time however many wait: `Array.shift()` moves all that are left.
 *
 * ```text
 *   gone       oldest              newest
 *   ┌─────────┬───────────────────────┐
 *   │·········│███████████████████████│
 *   └─────────┴───────────────────────┘
 *             #head
 * ```
 *
 * The list is shortened once more than half of it is gone, so it is at most twice as long as it needs to be.
 */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Takes out the oldest item; undefined if there is none. */
  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.length === 0) this.clear();
    else if (this.#head >= MIN_GONE && this.#head > this.length) this.#shorten();
    return item;
  }

  clear(): void {
    this.#items.length = 0;
    this.#head = 0;
  }

  #shorten(): void {
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}
