/** Minimum number of removed items before the list is shortened. Shorter lists are cleared when they are empty. */
const MIN_REMOVED = 64;

/**
 * A first-in, first-out queue with constant-time operations; `Array.shift()` moves all remaining items.
 *
 * ```text
 *   removed    oldest              newest
 *   ┌─────────┬───────────────────────┐
 *   │·········│███████████████████████│
 *   └─────────┴───────────────────────┘
 *             #head
 * ```
 *
 * The list is shortened once more than half of it is removed, so a long one is at most twice as long as needed.
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

  /** Removes and returns the oldest item; undefined if the queue is empty. */
  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.length === 0) this.clear();
    else if (this.#head >= MIN_REMOVED && this.#head > this.length) this.#shorten();
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
