/** Maximum number of items. */
export const MAX_ITEMS = 1_000;
const MAX_BYTES = 64 * 2 ** 20;

/** The last 1,000 items added, fewer if they take more than 64 MiB. The oldest are evicted. */
export class RecentItems<T> {
  readonly #items: T[] = [];
  readonly #sizes: number[] = [];
  #bytes = 0;

  get items(): readonly T[] {
    return this.#items;
  }

  add(item: T, bytes: number): void {
    this.#items.push(item);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
    while (this.#items.length > MAX_ITEMS || this.#bytes > MAX_BYTES) {
      this.#items.shift();
      this.#bytes -= this.#sizes.shift() as number;
    }
  }

  clear(): void {
    this.#items.length = 0;
    this.#sizes.length = 0;
    this.#bytes = 0;
  }
}
