/**
 * Spare objects, kept for their next use.
 *
 * Last in, first out: the object used last is the warmest in the processor's cache. Holds at most
 * `maxIdle` spares, so that a storm does not leave its peak behind; what is released beyond that goes
 * to the garbage collector. Whoever releases an object has let go of all it refers to, and nobody
 * outside the pipeline may ever have seen it.
 */
export class Pool<T> {
  readonly #idle: T[] = [];
  readonly #maxIdle: number;
  readonly #create: () => T;

  constructor(maxIdle: number, create: () => T) {
    this.#maxIdle = maxIdle;
    this.#create = create;
  }

  get idle(): number {
    return this.#idle.length;
  }

  acquire(): T {
    return this.#idle.pop() ?? this.#create();
  }

  release(item: T): void {
    if (this.#idle.length < this.#maxIdle) this.#idle.push(item);
  }
}
