/** What is sent once, and is a number from then on. */
export interface Entry<W> {
  readonly id: number;
  readonly value: W;
}

/**
 * The objects that many spans share and that a relay has sent already: resources, or scopes.
 *
 * Bounded: from `capacity` objects on it begins anew with the next batch, which tells the receiver to forget what
 * it has. Ids are never used again.
 */
export class SentTable<T extends object, W> {
  readonly #capacity: number;
  readonly #toWire: (object: T, id: number) => W;
  readonly #ids = new Map<T, number>();
  #news: Entry<W>[] = [];
  #nextId = 0;

  constructor(capacity: number, toWire: (object: T, id: number) => W) {
    this.#capacity = capacity;
    this.#toWire = toWire;
  }

  /** Begins a batch. Returns whether the receiver is to forget what it has. */
  begin(): boolean {
    if (this.#ids.size < this.#capacity) return false;
    this.#ids.clear();
    return true;
  }

  /** The number of an object, which is among the news if it was not sent before. -1 stands for none. */
  idOf(object: T | undefined): number {
    if (object === undefined || object === null) return -1;
    let id = this.#ids.get(object);
    if (id === undefined) {
      id = this.#nextId++;
      this.#news.push({ id, value: this.#toWire(object, id) });
      this.#ids.set(object, id);
    }
    return id;
  }

  /** What is to be sent with this batch. */
  takeNews(): Entry<W>[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }
}
