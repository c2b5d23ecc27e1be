import { detached } from '../../model/text-of.js';

/** Maximum number of texts in the table. Past that, none is added, and the table is cleared for the next batch. */
const MAX_TEXTS = 4_096;

/** Longer texts rarely repeat, and are costly to hash. */
export const MAX_TABLE_LENGTH = 64;

/** Slots of the filter that keeps texts that occur only once, such as ids, out of the table. A power of two. */
const SLOTS = 1_024;

/**
 * Interns texts across batches. A text enters the table at its second occurrence, unless another text has used its slot
 * in between; from then on, only its number is sent.
 */
export class SentTexts {
  readonly #places = new Map<string, number>();
  readonly #seen = new Int32Array(SLOTS);
  /** Length of the table before the current batch. */
  #known = 0;
  #added: string[] = [];
  #once: string[] = [];

  get full(): boolean {
    return this.#places.size >= MAX_TEXTS;
  }

  /** Forgets the table. The receiver must forget it too. */
  restart(): void {
    this.#places.clear();
    this.#known = 0;
  }

  /** Returns a text's index in the table, adding a repeated text; else undefined. */
  placeOf(text: string): number | undefined {
    return this.#places.get(text) ?? (this.#isRepeated(text) ? this.#add(text) : undefined);
  }

  /** Adds a text for the current batch only, and returns its index among such texts. */
  addOnce(text: string): number {
    return this.#once.push(text) - 1;
  }

  /** Returns the texts that the receiver needs for the current batch, and starts the next. */
  take(): { readonly known: number; readonly added: readonly string[]; readonly once: readonly string[] } {
    const taken = { known: this.#known, added: this.#added, once: this.#once };
    this.#known += this.#added.length;
    this.#added = [];
    this.#once = [];
    return taken;
  }

  /** Compares hashes, so a collision only adds a text too early. */
  #isRepeated(text: string): boolean {
    let hash = 0x811c_9dc5;
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
    const slot = (hash ^ (hash >>> 16)) & (SLOTS - 1);
    if (this.#seen[slot] === hash) return !this.full;
    this.#seen[slot] = hash;
    return false;
  }

  #add(text: string): number {
    const place = this.#places.size;
    this.#places.set(detached(text), place);
    this.#added.push(text);
    return place;
  }
}
