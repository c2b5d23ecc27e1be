import { KeyTree } from './key-tree.js';

/** Maximum number of interned names. At the bound the table is cleared. */
const MAX_NAMES = 1_024;

/** Longer names are not interned: they rarely repeat, and would outlive their spans. */
const MAX_NAME_LENGTH = 256;

/**
 * Interns span names and lists of attribute keys, so that spans share one copy.
 *
 * A name built at run time, such as `GET /orders`, is a new string each time. The table is bounded in entries and in the
 * length of each, because `maxBytes` of the store does not cover it.
 */
export class Vocabulary {
  readonly #names = new Map<string, string>();
  readonly #keys = new KeyTree((keys) => (keys.includes('__proto__') ? undefined : keys));

  /** The interned copy of a name. */
  name(name: string): string {
    if (name.length > MAX_NAME_LENGTH) return name;
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (this.#names.size === MAX_NAMES) this.#names.clear();
    this.#names.set(name, name);
    return name;
  }

  /** The interned list of an object's keys; undefined if one is `__proto__`, which cannot be restored by assignment. */
  keysOf(object: object): readonly string[] | undefined {
    return this.#keys.of(object);
  }
}
