/** A binary heap with the largest item on top. Built in linear time. */
export class Heap<T> {
  readonly #items: T[];
  /** Positive if the first item is larger. */
  readonly #compare: (a: T, b: T) => number;

  constructor(items: readonly T[], compare: (a: T, b: T) => number) {
    this.#items = [...items];
    this.#compare = compare;
    for (let index = (this.#items.length >> 1) - 1; index >= 0; index--) this.#sink(index);
  }

  get largest(): T | undefined {
    return this.#items[0];
  }

  /** Restores the order after the largest item became smaller. */
  lowered(): void {
    if (this.#items.length > 0) this.#sink(0);
  }

  remove(): void {
    const last = this.#items.pop();
    if (this.#items.length === 0 || last === undefined) return;
    this.#items[0] = last;
    this.#sink(0);
  }

  #sink(from: number): void {
    const items = this.#items;
    const item = items[from]!;
    let index = from;
    for (let child = 2 * index + 1; child < items.length; child = 2 * index + 1) {
      if (child + 1 < items.length && this.#compare(items[child + 1]!, items[child]!) > 0) child++;
      if (this.#compare(items[child]!, item) <= 0) break;
      items[index] = items[child]!;
      index = child;
    }
    items[index] = item;
  }
}
