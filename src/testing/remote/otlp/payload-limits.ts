/** A payload does not match its content type, or is not OTLP. */
export class MalformedPayload extends Error {
  override readonly name = 'MalformedPayload';
}

/** A payload exceeds `maxRequestElements`. */
export class TooManyElements extends Error {
  override readonly name = 'TooManyElements';
}

/** Maximum nesting of messages, as in protobuf's own parsers. */
const MAX_DEPTH = 100;

/** @throws MalformedPayload */
export function assertDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw new MalformedPayload(`messages are nested more than ${MAX_DEPTH} deep`);
}

/**
 * Limits the number of elements decoded from one payload. Each is counted before it is created. The size of a payload
 * does not bound its memory when decoded: an empty message takes two bytes on the wire, compressed almost none, and a
 * hundred bytes as an object.
 */
export class ElementBudget {
  readonly #max: number;
  #left: number;

  constructor(max: number) {
    this.#max = max;
    this.#left = max;
  }

  /** @throws TooManyElements if fewer are left */
  spend(elements: number): void {
    this.#left -= elements;
    if (this.#left < 0) throw new TooManyElements(`the payload has more than ${this.#max} elements`);
  }
}
