import { report } from '../../support/report.js';

/** An object that a pool gives out and takes back. */
export interface Pooled {
  /** Whether it is spare. Only its pool sets this. */
  spare: boolean;
}

/**
 * Spare objects, kept for their next use.
 *
 * Last in, first out: the object used last is the warmest in the processor's cache. Holds at most
 * `maxIdle` spares, so that a storm does not leave its peak behind; what is released beyond that goes
 * to the garbage collector. Nobody outside the pipeline may ever have seen a released object.
 *
 * An object that is spare already is refused: two owners of one object would mix up their items.
 */
export class Pool<T extends Pooled> {
  readonly #idle: T[] = [];
  readonly #maxIdle: number;
  readonly #create: () => T;
  readonly #clear: (item: T) => void;

  /** `clear` lets go of all that an object refers to. */
  constructor(maxIdle: number, create: () => T, clear: (item: T) => void) {
    this.#maxIdle = maxIdle;
    this.#create = create;
    this.#clear = clear;
  }

  get idle(): number {
    return this.#idle.length;
  }

  acquire(): T {
    const item = this.#idle.pop() ?? this.#create();
    item.spare = false;
    return item;
  }

  release(item: T): void {
    if (item.spare) {
      report('error', 'an object was released twice; it is kept once', new Error('released twice'));
      return;
    }
    item.spare = true;
    this.#clear(item);
    if (this.#idle.length < this.#maxIdle) this.#idle.push(item);
  }
}
