import { types } from 'node:util';

/** Replaces a value that cannot be read, such as a getter that throws or a revoked proxy. */
export const UNREADABLE = '[unreadable]';

/** Marks the end of a cut text. */
export const CUT = '… [cut]';

/** Maximum characters of one text; longer ones are cut. */
export const MAX_TEXT = 8_192;

const MAX_DEPTH = 8;
const MAX_ITEMS = 200;
/** Maximum number of values visited within one value, at any depth. */
const MAX_VISITS = 1_000;

/** Larger integers are not written out, because that takes time quadratic in the number of digits. */
const MAX_BITS = 4_096;

/**
 * Any value as one text: a string unchanged, any other value in a form like JSON. Never throws.
 *
 * A text longer than `max` is cut and ends in `CUT`.
 */
export function textOf(value: unknown, max = MAX_TEXT): string {
  if (typeof value === 'string') return cutText(value, max);
  try {
    if (typeof value !== 'object' || value === null) return cutText(scalarText(value), max);
    return cutText(new ValueWriter(max).write(value, 0), max);
  } catch {
    return UNREADABLE;
  }
}

/** The text, or its start and `CUT`. Never splits a surrogate pair. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return ownText(text.slice(0, last >= 0xd800 && last < 0xdc00 ? max - 1 : max)) + CUT;
}

/** A copy of a slice, which V8 would otherwise keep alive together with the whole text. */
export function ownText(text: string): string {
  const encoding = isLatin1(text) ? 'latin1' : 'utf16le';
  return Buffer.from(text, encoding).toString(encoding);
}

function isLatin1(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- the range is all of Latin-1
  return /^[\u0000-\u00ff]*$/.test(text);
}

function scalarText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'bigint') return BigInt.asIntN(MAX_BITS, value) === value ? String(value) : '[bigint]';
  if (typeof value === 'symbol') return value.toString();
  return typeof value === 'function' ? '[Function]' : `${value as number | boolean}`;
}

/** Writes an object as text, and stops once the limit is exceeded. */
class ValueWriter {
  #room: number;
  #visits = 0;
  readonly #path: object[] = [];

  constructor(room: number) {
    this.#room = room;
  }

  write(value: unknown, depth: number): string {
    try {
      return this.#write(value, depth);
    } catch {
      return UNREADABLE;
    }
  }

  #write(value: unknown, depth: number): string {
    this.#visits++;
    if (typeof value === 'string') return this.#wrote(this.#quoted(value, depth));
    if (typeof value !== 'object' || value === null) return this.#wrote(scalarText(value) || 'null');
    const own = ownForm(value);
    if (own !== undefined) return this.#wrote(this.#quoted(own, depth));
    if (depth === MAX_DEPTH) return '…';
    if (this.#path.includes(value)) return '[circular]';
    this.#path.push(value);
    try {
      return this.#writeParts(value, depth + 1);
    } finally {
      this.#path.pop();
    }
  }

  #writeParts(value: object, depth: number): string {
    if (types.isMap(value)) return this.#writeEntries([...taken(value.entries())], value.size, depth);
    if (types.isSet(value)) return this.#writeItems([...taken(value.values())], value.size, depth);
    if (Array.isArray(value) || types.isTypedArray(value)) {
      const list = value as ArrayLike<unknown>;
      const items = Array.from({ length: Math.min(list.length, MAX_ITEMS) }, (_, index) => read(list, index));
      return this.#writeItems(items, list.length, depth);
    }
    const keys = Object.keys(value);
    return this.#writeEntries(
      keys.slice(0, MAX_ITEMS).map((key) => [key, read(value, key)]),
      keys.length,
      depth,
    );
  }

  #writeItems(items: readonly unknown[], size: number, depth: number): string {
    return `[${this.#joined(items, size, (item) => this.write(item, depth))}]`;
  }

  #writeEntries(entries: readonly (readonly [unknown, unknown])[], size: number, depth: number): string {
    const text = this.#joined(entries, size, ([key, member]) => {
      return `${this.#wrote(JSON.stringify(textOf(key, 256)))}:${this.write(member, depth)}`;
    });
    return `{${text}}`;
  }

  #joined<T>(items: readonly T[], size: number, write: (item: T) => string): string {
    const written: string[] = [];
    for (const item of items) {
      if (this.#room < 0 || this.#visits >= MAX_VISITS) break;
      written.push(write(item));
    }
    if (written.length < size) written.push('…');
    return written.join(',');
  }

  /** At the top level, a text is written without quotes. */
  #quoted(text: string, depth: number): string {
    const start = text.slice(0, this.#room + 1);
    return depth === 0 ? start : JSON.stringify(start);
  }

  #wrote(text: string): string {
    this.#room -= text.length + 1;
    return text;
  }
}

/** The text of an object with its own text form: bytes, a date, an error, a URL. Throws if it cannot be read. */
function ownForm(value: object): string | undefined {
  if (Array.isArray(value) || types.isMap(value) || types.isSet(value)) return undefined;
  if (types.isArrayBufferView(value) || types.isAnyArrayBuffer(value)) {
    return types.isTypedArray(value) && !types.isUint8Array(value) ? undefined : `<${value.byteLength} bytes>`;
  }
  if (types.isNativeError(value)) return errorText(value);
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return undefined;
  const { toString } = value as { toString?: unknown };
  if (typeof toString !== 'function' || toString === Object.prototype.toString) return undefined;
  const text: unknown = toString.call(value);
  return typeof text === 'string' && !text.startsWith('[object ') ? text : undefined;
}

function errorText(error: Error): string {
  const message = textOf(read(error, 'message'), 1_000);
  const name = textOf(read(error, 'name'), 200);
  return message === '' ? name : `${name}: ${message}`;
}

function read(object: object, key: PropertyKey): unknown {
  try {
    return (object as Record<PropertyKey, unknown>)[key];
  } catch {
    return UNREADABLE;
  }
}

function* taken<T>(items: Iterable<T>): Iterable<T> {
  let left = MAX_ITEMS;
  for (const item of items) {
    if (left-- === 0) return;
    yield item;
  }
}
