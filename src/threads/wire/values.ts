import type { Attributes } from '@opentelemetry/api';
import { textOf } from '../../model/text-of.js';
import { MAX_VALUES, partsOf } from '../../model/value-parts.js';
import { isCount } from '../../support/option.js';
import type { WireReader } from './wire-reader.js';
import type { WireWriter } from './wire-writer.js';

/*
 * A value is a type byte, then its content. The types are the ones of OpenTelemetry's AnyValue, and `undefined`. An
 * instance of a class is written in its own text or JSON form, or by its parts: see `partsOf()`.
 */
const TYPE = {
  undefined: 0,
  null: 1,
  true: 2,
  false: 3,
  uint: 4,
  double: 5,
  text: 6,
  list: 7,
  map: 8,
  bytes: 9,
} as const;

/** Maximum nesting of containers; deeper ones are written as text. */
const MAX_DEPTH = 64;

export function writeValue(writer: WireWriter, value: unknown): void {
  if (typeof value === 'string') {
    writer.byte(TYPE.text);
    writer.text(value);
  } else if (typeof value === 'number') {
    writeNumber(writer, value);
  } else if (typeof value === 'boolean') {
    writer.byte(value ? TYPE.true : TYPE.false);
  } else if (value === undefined || value === null) {
    writer.byte(value === null ? TYPE.null : TYPE.undefined);
  } else if (isSimpleList(value)) {
    writeItems(writer, value, writeValue);
  } else {
    new DeepWriter(writer).write(value);
  }
}

export function readValue(reader: WireReader, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new TypeError(`a value must be nested at most ${MAX_DEPTH} levels deep`);
  const type = reader.byte();
  switch (type) {
    case TYPE.undefined:
      return undefined;
    case TYPE.null:
      return null;
    case TYPE.true:
    case TYPE.false:
      return type === TYPE.true;
    case TYPE.uint:
      return reader.uint();
    case TYPE.double:
      return reader.double();
    case TYPE.text:
      return reader.text();
    case TYPE.list:
      return reader.list(() => readValue(reader, depth + 1));
    case TYPE.map:
      return readMembers(reader, reader.count(), depth + 1);
    case TYPE.bytes:
      return reader.bytes();
    default:
      throw new TypeError('a value must be of a known type');
  }
}

/** Writes the own enumerable members. Returns the number of members left out because they cannot be read. */
export function writeAttributes(writer: WireWriter, attributes: object): number {
  const keys = Object.keys(attributes);
  const start = writer.length;
  try {
    writer.uint32(keys.length);
    for (const key of keys) writeMember(writer, attributes, key);
    return 0;
  } catch {
    writer.truncate(start);
    return writer.list(keys, (_, key) => writeMember(writer, attributes, key));
  }
}

export function readAttributes(reader: WireReader): Attributes {
  return readMembers(reader, reader.uint32(), 0) as Attributes;
}

function writeMember(writer: WireWriter, object: object, key: string): void {
  const value = (object as Readonly<Record<string, unknown>>)[key];
  writer.text(key);
  writeValue(writer, value);
}

function writeNumber(writer: WireWriter, value: number): void {
  if (isCount(value) && !Object.is(value, -0)) {
    writer.byte(TYPE.uint);
    writer.uint(value);
  } else {
    writer.byte(TYPE.double);
    writer.double(value);
  }
}

/** Whether a value is an array without nested containers, as in the attributes of spans. */
function isSimpleList(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null);
}

function writeItems<T>(writer: WireWriter, items: readonly T[], write: (writer: WireWriter, item: T) => void): void {
  writer.byte(TYPE.list);
  writer.uint32(items.length);
  for (const item of items) write(writer, item);
}

/** Writes one value with nested containers, which may be circular or very large. */
class DeepWriter {
  readonly #writer: WireWriter;
  /** The containers around the current value. */
  readonly #path: object[] = [];
  #valuesLeft = MAX_VALUES;

  constructor(writer: WireWriter) {
    this.#writer = writer;
  }

  readonly write = (value: unknown): void => {
    this.#valuesLeft--;
    if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') {
      writeValue(this.#writer, textOf(value));
    } else if (typeof value !== 'object' || value === null) {
      writeValue(this.#writer, value);
    } else if (this.#path.includes(value)) {
      writeValue(this.#writer, null);
    } else if (this.#path.length === MAX_DEPTH || this.#valuesLeft <= 0) {
      writeValue(this.#writer, textOf(value));
    } else {
      this.#writeObject(value);
    }
  };

  #writeObject(value: object): void {
    const parts = partsOf(value, this.#valuesLeft);
    this.#path.push(value);
    if (parts.kind === 'value') {
      this.write(parts.value);
    } else if (parts.kind === 'bytes') {
      this.#writer.byte(TYPE.bytes);
      this.#writer.bytes(parts.bytes);
    } else if (parts.kind === 'list') {
      writeItems(this.#writer, parts.items, (_, item) => this.write(item));
    } else {
      this.#writer.byte(TYPE.map);
      this.#writer.uint(parts.entries.length);
      for (const [key, member] of parts.entries) {
        this.#writer.text(textOf(key));
        this.write(member);
      }
    }
    this.#path.pop();
  }
}

function readMembers(reader: WireReader, count: number, depth: number): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (let left = count; left > 0; left--) {
    const key = reader.text();
    const value = readValue(reader, depth);
    if (key === '__proto__') define(members, key, value);
    else members[key] = value;
  }
  return members;
}

/** Assigning to `__proto__` would set the prototype. */
function define(members: object, key: string, value: unknown): void {
  Object.defineProperty(members, key, { value, enumerable: true, configurable: true, writable: true });
}
