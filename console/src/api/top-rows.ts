import { comparePlaces, type Place } from './cursor.js';

/** Collects the first `limit` items by place. Holds at most twice as many. */
export class TopRows<Item> {
  readonly #limit: number;
  readonly #items: { readonly place: Place; readonly item: Item }[] = [];
  #cut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(place: Place, item: Item): void {
    this.#items.push({ place, item });
    if (this.#items.length >= 2 * this.#limit + 1) this.#trim();
  }

  /** The items in order; `last` is the place of the last one if others were left out after it. */
  take(): { readonly items: readonly Item[]; readonly last: Place | undefined } {
    this.#trim();
    return { items: this.#items.map(({ item }) => item), last: this.#cut ? this.#items.at(-1)?.place : undefined };
  }

  #trim(): void {
    this.#items.sort((a, b) => comparePlaces(a.place, b.place));
    this.#cut ||= this.#items.length > this.#limit;
    this.#items.length = Math.min(this.#items.length, this.#limit);
  }
}
