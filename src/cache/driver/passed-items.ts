/**
 * The spans and orphans that a cache has already exchanged with another one, so that it does not accept them again.
 *
 * Two caches that receive from each other would otherwise pass the same items back and forth for ever. Items are
 * compared by identity and referenced weakly; items from another thread are new objects each time. The sending cache
 * also marks the items that the receiver accepts during a delivery, and so rejects them when they return.
 */
export class PassedItems {
  /** Caches with a delivery on the stack. */
  static readonly #delivering: PassedItems[] = [];
  readonly #items = new WeakSet<object>();

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

  /** Marks an item that this cache has accepted. */
  add(item: unknown): void {
    if (typeof item !== 'object' || item === null) return;
    this.#items.add(item);
    for (const sender of PassedItems.#delivering) sender.#items.add(item);
  }
}
