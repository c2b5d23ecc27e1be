/** A payload has more elements than it may have. */
export class TooManyElements extends Error {
  override readonly name = 'TooManyElements';
}

/**
 * How many elements of one payload may still be decoded.
 *
 * An empty message takes two bytes on the wire and compresses to almost nothing, but takes a hundred bytes as an
 * object: the size of a payload does not bound what becomes of it. Each element is paid for before it is made.
 */
export class ElementBudget {
  readonly #max: number;
  #left: number;

  constructor(max: number) {
    this.#max = max;
    this.#left = max;
  }

  /** @throws TooManyElements if not so many are left */
  spend(elements: number): void {
    this.#left -= elements;
    if (this.#left < 0) throw new TooManyElements(`the payload has more than ${this.#max} elements`);
  }
}
