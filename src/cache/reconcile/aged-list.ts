/** An item of an `AgedList`, linked to its neighbours. It can be in one list at a time. */
export interface Aged<T> {
  older: T | undefined;
  newer: T | undefined;
}

/**
 * A doubly linked list of items in the order in which they were added, oldest first.
 *
 * The items are their own links, so adding, removing and finding the oldest take constant time and allocate nothing.
 */
export class AgedList<T extends Aged<T>> {
  #oldest: T | undefined;
  #newest: T | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): T | undefined {
    return this.#oldest;
  }

  add(item: T): void {
    item.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = item;
    else this.#newest.newer = item;
    this.#newest = item;
    this.#size++;
  }

  remove(item: T): void {
    const { older, newer } = item;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    item.older = undefined;
    item.newer = undefined;
    this.#size--;
  }

  *[Symbol.iterator](): Generator<T> {
    for (let item = this.#oldest; item !== undefined;) {
      const { newer }: { newer: T | undefined } = item;
      yield item;
      item = newer;
    }
  }
}
