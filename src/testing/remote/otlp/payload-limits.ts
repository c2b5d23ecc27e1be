/** A payload is not what its content type says, or not OTLP. */
export class MalformedPayload extends Error {
  override readonly name = 'MalformedPayload';
}

/** A payload has more elements than it may have. */
export class TooManyElements extends Error {
  override readonly name = 'TooManyElements';
}

/** Protobuf's own limit of messages inside one another. */
const MAX_DEPTH = 100;

/** @throws MalformedPayload */
export function assertDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw new MalformedPayload(`more than ${MAX_DEPTH} messages inside one another`);
}

/**
 * Number of elements of one payload that may still be decoded. Each is paid for before it is made. The size of a
 * payload does not bound the memory it takes when decoded: an empty message is two bytes on the wire, which compress to
 * almost nothing, and a hundred bytes as an object.
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
