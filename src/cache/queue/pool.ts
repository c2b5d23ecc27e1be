import { assertInvariant, CHECKED } from '../../support/invariant.js';
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
  readonly #isClear: (item: T) => boolean;

  /**
   * @param clear lets go of all that an object refers to
   * @param isClear whether it has, for where invariants are checked
   */
  constructor(maxIdle: number, create: () => T, clear: (item: T) => void, isClear: (item: T) => boolean) {
    this.#maxIdle = maxIdle;
    this.#create = create;
    this.#clear = clear;
    this.#isClear = isClear;
  }

  get idle(): number {
    return this.#idle.length;
  }

  acquire(): T {
    const spare = this.#idle.pop();
    if (CHECKED) assertInvariant(spare === undefined || this.#isClear(spare), 'a spare object is not empty');
    const item = spare ?? this.#create();
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
