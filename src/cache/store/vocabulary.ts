import { KeyTree } from './key-tree.js';

/** Names known at a time. */
const MAX_NAMES = 1_024;

/** A longer name is not looked up: it hardly comes again, and would be kept when its spans are gone. */
const MAX_NAME_LENGTH = 256;

/**
 * The words that many spans share, so that they are held once: names, and the keys of attributes.
 *
 * A name made at run time, such as `GET /orders`, is a new string each time. Bounded: names and keys that
 * are all different are forgotten from time to time, and stay with the spans that have them. So do long ones from the
 * start: no bound in bytes knows of what is held here.
 */
export class Vocabulary {
  readonly #names = new Map<string, string>();
  readonly #keys = new KeyTree((keys) => (keys.includes('__proto__') ? undefined : keys));

  /** The name as it was first seen. */
  name(name: string): string {
    if (name.length > MAX_NAME_LENGTH) return name;
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (this.#names.size === MAX_NAMES) this.#names.clear();
    this.#names.set(name, name);
    return name;
  }

  /** The list of an object's keys as it was first seen; undefined if they cannot be set one by one. */
  keysOf(object: object): readonly string[] | undefined {
    return this.#keys.of(object);
  }
}
