/**
 * The spans and orphans that have been in a cache and in another one: they are not taken in again.
 *
 * Two caches that receive from each other would hand them to and fro for ever. An item is known by its object, which
 * is the same in both, and weakly: what came from another thread is an object of its own each time. To know it also when
 * it comes back to the cache that it began in, the cache that is delivering notes what another one receives meanwhile.
 */
export class PassedItems {
  /** Of the caches whose deliveries are on the stack. */
  static readonly #delivering: PassedItems[] = [];
  readonly #items = new WeakSet<object>();

  /** Runs a delivery of this cache. */
  during(delivery: () => void): void {
    PassedItems.#delivering.push(this);
    try {
      delivery();
    } finally {
      PassedItems.#delivering.pop();
    }
  }

  /** Whether an item has been in this cache before. */
  has(item: unknown): boolean {
    return this.#items.has(item as object);
  }

  /** This cache has received an item. */
  add(item: unknown): void {
    if (typeof item !== 'object' || item === null) return;
    this.#items.add(item);
    for (const sender of PassedItems.#delivering) sender.#items.add(item);
  }
}
