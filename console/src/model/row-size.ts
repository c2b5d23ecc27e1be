/** Estimated bytes of a row without its texts and lists. */
export const SPAN_BYTES = 420;
export const EVENT_BYTES = 150;
export const LINK_BYTES = 150;
/** An entry of an object or an array. */
const ENTRY_BYTES = 20;
const MAX_SHARED_KEY = 64;

/** Maximum estimated bytes of one row. Attributes, events and links beyond it are left out and counted. */
export const MAX_ROW_BYTES = 1_048_576;

/** Adds up the estimated size of one row while it is created. */
export class RowSize {
  #bytes: number;

  constructor(base: number) {
    this.#bytes = base;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the row has reached its maximum size. */
  get isFull(): boolean {
    return this.#bytes >= MAX_ROW_BYTES;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Counts a text, and returns it. */
  text(text: string): string {
    this.#bytes += textBytes(text);
    return text;
  }

  entry(key: string): void {
    this.#bytes += entryBytes(key);
  }
}

/** Bytes of an entry with its key. Short keys are usually shared by many rows. */
export function entryBytes(key: string): number {
  return key.length > MAX_SHARED_KEY ? ENTRY_BYTES + key.length : ENTRY_BYTES;
}

/** Characters checked at the start of a text. V8 stores a text beyond Latin-1 with two bytes per character. */
const JUDGED = 64;

/** Estimated bytes of a text: two per character if its start contains characters beyond Latin-1, else one. */
export function textBytes(text: string): number {
  const { length } = text;
  for (let i = 0; i < length && i < JUDGED; i++) if (text.charCodeAt(i) > 0xff) return 16 + 2 * length;
  return 16 + length;
}
