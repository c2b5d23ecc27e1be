import { memberOf, partsOf, UNREADABLE, type ValueParts } from './value-parts.js';

const MAX_DEPTH = 3;
const MAX_ITEMS = 20;

/** Maximum length of the text of a value that is not a string. */
const MAX_LENGTH = 10_000;

/** Larger integers are not written out, because that takes time quadratic in the number of digits. */
const MAX_BITS = 32_768;

/** Strings that are unambiguous without quotes. */
const PLAIN = /^[^\s"',{}[\]]+$/;
const LOOKS_TYPED = /^(?:-?[\d.]+(?:e[+-]?\d+)?|true|false|null|undefined)$/;

/**
 * Any value as text: a string unchanged, any other value as written by `valueText()`.
 *
 * Names, severities and messages come from the application and need not be strings. Never throws: a value that cannot
 * be read becomes `[unreadable]`. A text longer than `maxLength` is truncated and ends in `…`; the text of a value that
 * is not a string has at most 10,000 characters. The truncated part is not read.
 */
export function textOf(value: unknown, maxLength = Infinity): string {
  return typeof value === 'string' ? cutText(value, maxLength) : valueText(value, Math.min(maxLength, MAX_LENGTH));
}

/**
 * A compact text for a value: `17`, `card_declined`, `"two words"`, `[a, b]`, `{id=17, tags=[a]}`, `Map{a=1}`,
 * `Set[a]`, `<12 bytes>`, `TypeError: failed (cause: RangeError: too far)`.
 *
 * A string is quoted only where it would be ambiguous. Depth, items and characters are limited, because a log attribute
 * may be any object, including a circular one. Never throws.
 */
export function valueText(value: unknown, maxLength = 1_000): string {
  try {
    return cutText(new ValueWriter(maxLength).write(value, 0), maxLength);
  } catch {
    return UNREADABLE;
  }
}

/** Truncates a text to `maxLength` characters, the last of which is `…`. Never splits a surrogate pair. */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const end = Math.max(0, maxLength - 1);
  return `${text.slice(0, isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end)}…`;
}

/** `1 span`, `2 spans`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Copies a part of a text. V8 keeps the whole text alive behind a substring. */
export function detached(part: string): string {
  return Buffer.from(part, 'utf16le').toString('utf16le');
}

function isHighSurrogate(codeUnit: number): boolean {
  return codeUnit >= 0xd800 && codeUnit < 0xdc00;
}

/** Writes one value, and stops soon after the maximum length is exceeded. */
class ValueWriter {
  #room: number;

  constructor(maxLength: number) {
    this.#room = maxLength;
  }

  write(value: unknown, depth: number): string {
    if (typeof value === 'string') return this.#wrote(this.#quoted(value));
    if (typeof value !== 'object' || value === null) return this.#wrote(scalarText(value));
    const parts = partsOf(value, MAX_ITEMS);
    if (parts.kind === 'value') return this.write(parts.value, depth);
    if (parts.kind === 'bytes') return this.#wrote(`<${parts.bytes.length} bytes>`);
    if (parts.kind === 'list') return this.#writeList(parts, depth);
    return this.#writeError(parts, depth) ?? this.#writeMap(parts, depth);
  }

  #writeList({ name, items, size }: ListParts, depth: number): string {
    return this.#writeItems(`${name}[`, items, size, ']', depth, (item) => this.write(item, depth + 1));
  }

  #writeMap({ name, entries, size }: MapParts, depth: number): string {
    return this.#writeItems(`${name}{`, entries, size, '}', depth, ([key, value]) => {
      return `${this.#wrote(textOf(key, this.#room + 1))}=${this.write(value, depth + 1)}`;
    });
  }

  #writeItems<T>(
    start: string,
    items: readonly T[],
    size: number,
    end: string,
    depth: number,
    write: (item: T) => string,
  ) {
    this.#wrote(start + end);
    if (depth === MAX_DEPTH) return `${start}…${end}`;
    const written: string[] = [];
    for (const item of items) {
      if (this.#room < 0) break;
      written.push(write(item));
    }
    if (written.length < size) written.push('…');
    return start + written.join(', ') + end;
  }

  /**
   * Writes an error, or an error serialized by a logger (pino: `type`, others: `name`). Undefined for any other map.
   */
  #writeError({ name, entries }: MapParts, depth: number): string | undefined {
    if (name === 'Map') return undefined;
    const members = Object.fromEntries(entries) as Readonly<Record<string, unknown>>;
    const { message, stack, cause, errors } = members;
    if (name !== 'Error' && (typeof message !== 'string' || typeof stack !== 'string')) return undefined;
    const title = [members['type'], members['name']].find((text) => typeof text === 'string' && text !== '') ?? 'Error';
    const texts = [title, message].filter((text) => text !== undefined && text !== '');
    const text = this.#wrote(texts.map((part) => textOf(part, this.#room + 1)).join(': '));
    if (depth === MAX_DEPTH) return text;
    return text + this.#writeReason('cause', cause, depth) + this.#writeReason('errors', errors, depth);
  }

  #writeReason(noun: string, reason: unknown, depth: number): string {
    return reason === undefined || this.#room < 0 ? '' : ` (${noun}: ${this.write(reason, depth + 1)})`;
  }

  #quoted(value: string): string {
    const text = value.slice(0, this.#room + 1);
    if (text === UNREADABLE) return text;
    return PLAIN.test(text) && !LOOKS_TYPED.test(text) ? text : JSON.stringify(text);
  }

  #wrote(text: string): string {
    this.#room -= text.length;
    return text;
  }
}

type ListParts = Extract<ValueParts, { kind: 'list' }>;
type MapParts = Extract<ValueParts, { kind: 'map' }>;

function scalarText(value: unknown): string {
  if (typeof value === 'bigint') return BigInt.asIntN(MAX_BITS, value) === value ? String(value) : '[bigint]';
  if (typeof value !== 'function') return String(value);
  const name = memberOf(value, 'name');
  return typeof name === 'string' && name !== '' ? `[Function ${name}]` : '[Function]';
}
