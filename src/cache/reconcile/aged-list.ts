/** An item of an `AgedList`, which links it to its neighbours. In one list at a time. */
export interface Aged<T> {
  older: T | undefined;
  newer: T | undefined;
}

/**
 * Items in the order they were added, oldest first.
 *
 * The items themselves are the links: adding, removing from anywhere and finding the oldest take constant
 * time however long the list churns, and allocate nothing.
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
    for (let item = this.#oldest; item !== undefined; ) {
      const { newer }: { newer: T | undefined } = item;
      yield item;
      item = newer;
    }
  }
}
