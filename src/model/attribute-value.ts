import type { AttributeValue } from '@opentelemetry/api';

/**
 * Containers may nest this deep, the outermost counted as 1: the specification's default for
 * `AttributeValueDepthLimit`. Deeper ones become null, as it says there; so does one inside itself.
 */
const MAX_DEPTH = 64;

/**
 * Values written into one string; the rest is left out. There is no end to the paths through a few
 * objects that refer to each other, and a log call must not walk them all.
 */
const MAX_VALUES = 65_536;

/**
 * The value of a log attribute in a form that a span event can hold.
 *
 * That is a string, a number, a boolean, or an array of one of these: they are kept, an array as a copy
 * with the nulls that are in it. Every other value becomes a string, as the specification's section "AnyValue
 * representation for non-OTLP protocols" says:
 *
 * - a map, or an array with mixed or nested values: JSON, in which bytes are Base64 and NaN is `"NaN"`
 * - bytes: Base64
 * - null, undefined: the empty string
 *
 * What no log attribute should hold gets the string that "Mapping Arbitrary Data to OTLP AnyValue" gives
 * it: its own.
 *
 * Throws only what the value's own getters and methods throw.
 */
export function toAttributeValue(value: unknown): AttributeValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value === null || value === undefined) return '';
  if (value instanceof Uint8Array) return toBase64(value);
  if (isSimpleArray(value)) return Array.from(value) as AttributeValue;
  return isContainer(value) ? new JsonWriter().write(value) : ownString(value);
}

/** Whether its elements are all strings, all numbers or all booleans, apart from null and undefined. */
function isSimpleArray(value: unknown): value is readonly unknown[] {
  if (!Array.isArray(value)) return false;
  let type: string | undefined;
  for (const element of value as readonly unknown[]) {
    if (element === null || element === undefined) continue;
    type ??= typeof element;
    if (typeof element !== type) return false;
  }
  return type === undefined || type === 'string' || type === 'number' || type === 'boolean';
}

/** An array or a map, also one of another realm. Not a `Date`, an `Error`, a function and the like. */
function isContainer(value: unknown): value is object {
  return Array.isArray(value) || Object.prototype.toString.call(value) === '[object Object]';
}

function isInt64(value: unknown): value is bigint {
  return typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
}

function ownString(value: unknown): string {
  return String(value);
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Writes one value as JSON, by the specification's rules for what is inside an array or a map. */
class JsonWriter {
  /** The containers around the value at hand. */
  readonly #path: object[] = [];
  #values = 0;

  write(value: unknown): string {
    this.#values++;
    if (value === null || value === undefined) return 'null';
    if (typeof value === 'boolean' || Number.isFinite(value) || isInt64(value)) return ownString(value);
    if (value instanceof Uint8Array) return `"${toBase64(value)}"`;
    return isContainer(value) ? this.#writeContainer(value) : JSON.stringify(ownString(value));
  }

  #writeContainer(container: object): string {
    if (this.#path.length === MAX_DEPTH || this.#path.includes(container)) return 'null';
    this.#path.push(container);
    const json = Array.isArray(container)
      ? `[${this.#writeAll(container, (element) => this.write(element))}]`
      : `{${this.#writeAll(Object.entries(container), (entry) => this.#writeEntry(entry))}}`;
    this.#path.pop();
    return json;
  }

  #writeEntry([key, value]: [string, unknown]): string {
    return `${JSON.stringify(key)}:${this.write(value)}`;
  }

  #writeAll<T>(items: readonly T[], write: (item: T) => string): string {
    const written: string[] = [];
    for (const item of items) {
      if (this.#values >= MAX_VALUES) break;
      written.push(write(item));
    }
    return written.join(',');
  }
}
