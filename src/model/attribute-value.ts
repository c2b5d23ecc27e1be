import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { AttributeEntry } from './attribute-entries.js';
import { textOf } from './text-of.js';
import { MAX_VALUES, partsOf, UNREADABLE, type ValueParts } from './value-parts.js';

/**
 * Maximum nesting depth, with the outermost container at 1: the specification's default for `AttributeValueDepthLimit`.
 * Deeper containers become null, as specified there; so do circular references.
 */
const MAX_DEPTH = 64;

/** Length of a string at which no further values are appended. */
const MAX_LENGTH = 1_048_576;

/**
 * Converts the value of a log attribute to a value that a span event can hold.
 *
 * A string, a number, a boolean, or an array of one of these types is kept; an array is copied, nulls included. Any
 * other value becomes a string, as in the specification's section "AnyValue representation for non-OTLP protocols":
 *
 * - a map, or an array with mixed or nested values: JSON, in which bytes are Base64 and NaN is `"NaN"`
 * - bytes: Base64
 * - null, undefined: the empty string
 *
 * Values that are not valid log attributes are first mapped to one of these, as in the section "Mapping Arbitrary Data
 * to OTLP AnyValue": a `Map` to a map, a `Set` to an array, an instance of a class to its members. An object with its
 * own text or JSON form, such as a date, a URL or an error, becomes that form.
 *
 * Never throws: a value that cannot be read becomes `[unreadable]`. After 65,536 values or 1,048,576 characters, the
 * rest is left out.
 */
export function toAttributeValue(value: unknown): AttributeValue {
  try {
    return attributeValue(value);
  } catch {
    return UNREADABLE;
  }
}

/** Converts attributes as `toAttributeValue()` does their values. */
export function toAttributes(entries: readonly AttributeEntry[]): Attributes {
  return Object.fromEntries(entries.map(([key, value]) => [key, toAttributeValue(value)]));
}

function attributeValue(value: unknown): AttributeValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return textOf(value);
  if (Array.isArray(value) && isSimple(value)) return Array.from(value) as AttributeValue;
  const parts = partsOf(value, MAX_VALUES);
  if (parts.kind === 'value') return attributeValue(parts.value);
  if (parts.kind === 'bytes') return toBase64(parts.bytes);
  if (parts.kind === 'list' && isSimple(parts.items)) return [...parts.items] as AttributeValue;
  return isError(parts) ? textOf(value) : new JsonWriter().write(value);
}

/** Whether all elements other than null and undefined are strings, numbers or booleans of one type. */
function isSimple(array: readonly unknown[]): boolean {
  let type: string | undefined;
  for (const element of array) {
    if (element === null || element === undefined) continue;
    type ??= typeof element;
    if (typeof element !== type) return false;
  }
  return type === undefined || type === 'string' || type === 'number' || type === 'boolean';
}

function isInt64(value: unknown): value is bigint {
  return typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
}

function isError(parts: ValueParts): boolean {
  return parts.kind === 'map' && parts.name === 'Error';
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Writes one value as JSON, by the specification's rules for values within an array or a map. */
class JsonWriter {
  /** The containers around the current value, outermost first. */
  readonly #path: object[] = [];
  #values = 0;
  #length = 0;

  write(value: unknown): string {
    this.#values++;
    if (typeof value !== 'object') return this.#wrote(scalar(value));
    if (value === null || this.#path.includes(value)) return this.#wrote('null');
    const tooDeep = this.#path.length === MAX_DEPTH;
    const parts = partsOf(value, tooDeep ? 0 : MAX_VALUES - this.#values);
    if (parts.kind === 'value') return this.#wrote(scalar(parts.value));
    if (parts.kind === 'bytes') return this.#wrote(JSON.stringify(toBase64(parts.bytes)));
    if (isError(parts)) return this.#wrote(JSON.stringify(textOf(value)));
    return tooDeep ? this.#wrote('null') : this.#writeContainer(value, parts);
  }

  #writeContainer(container: object, parts: Extract<ValueParts, { kind: 'list' | 'map' }>): string {
    this.#path.push(container);
    const isList = parts.kind === 'list';
    const json = isList
      ? this.#writeAll(parts.items, (item) => this.write(item))
      : this.#writeAll(
          parts.entries,
          ([key, value]) => `${this.#wrote(JSON.stringify(textOf(key)))}:${this.write(value)}`,
        );
    this.#path.pop();
    return isList ? `[${json}]` : `{${json}}`;
  }

  #writeAll<T>(items: readonly T[], write: (item: T) => string): string {
    const written: string[] = [];
    for (const item of items) {
      if (this.#values >= MAX_VALUES || this.#length >= MAX_LENGTH) break;
      written.push(write(item));
    }
    return written.join(',');
  }

  #wrote(json: string): string {
    this.#length += json.length;
    return json;
  }
}

function scalar(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  const isJson = typeof value === 'boolean' || Number.isFinite(value) || isInt64(value);
  return isJson ? textOf(value) : JSON.stringify(textOf(value));
}
