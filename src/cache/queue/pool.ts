import { assertInvariant, CHECKED } from '../../support/invariant.js';
import { report } from '../../support/report.js';

/** A reusable object of a pool. */
export interface Pooled {
  /** Whether the object is in the pool. Only the pool sets this. */
  spare: boolean;
}

/**
 * Spare objects, kept for reuse.
 *
 * LIFO: the object used last is the warmest in the CPU cache. At most `maxIdle` objects are kept, so that a burst does
 * not leave its peak behind; the garbage collector gets the rest. Code outside the pipeline must never hold a released
 * object.
 *
 * Releasing an object twice is rejected, because two owners of one object would mix up their items.
 */
export class Pool<T extends Pooled> {
  readonly #idle: T[] = [];
  readonly #maxIdle: number;
  readonly #create: () => T;
  readonly #clear: (item: T) => void;
  readonly #isClear: (item: T) => boolean;

  /**
   * @param clear drops everything that an object references
   * @param isClear whether an item references nothing; called only while invariants are checked
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
