import type { Link } from '@opentelemetry/api';
import type { LogEvent } from './log-event.js';
import type { ReadableSpan, TimedEvent } from './otel.js';
import { first } from './value-parts.js';

/** An SDK span without its name, attributes, events and links: the object, ids and times. */
const SPAN_BYTES = 800;

/** An event or a link without its attributes. */
const EVENT_BYTES = 200;

/** An entry of an object or an array, without its value. */
const ENTRY_BYTES = 16;

/** An object that cannot be read, or whose memory V8 allocates elsewhere. */
const OPAQUE_BYTES = 1_024;

/**
 * Entries of a container that are read completely. In further entries, only strings are read, and other values count as
 * average.
 */
const MAX_ENTRIES = 128;

/** Entries of a container whose strings are read. The rest is extrapolated. */
const MAX_TEXTS = 16_384;

/** Containers read per span or event, at any depth. Each further container counts as an entry. */
const MAX_CONTAINERS = 1_024;

/** Longer keys are assumed to be created at run time, one per object; shorter ones are mostly interned. */
const MAX_SHARED_KEY = 64;

/** A buffer of at most this size is most likely Node's pool, which many small buffers share. */
const POOL_BYTES = 8_192;

/** Containers that the current estimate may still read. */
let containersLeft = 0;

/** Nested containers that have been read: each counts once, even if it is referenced several times. */
const read = new Set<object>();

/**
 * Estimates how many bytes a span keeps alive, without its resource and scope, which all spans share.
 *
 * Based on the lengths of strings and the number of entries. Within a factor of two for most spans of more than a
 * kilobyte: characters outside Latin-1 take two bytes but count as one, and memory held by private fields and closures
 * is not counted. Takes about 40 ns for a span with a few attributes, so it is called only where spans are kept. Always
 * returns a finite number; never throws.
 */
export function estimatedSpanBytes(span: ReadableSpan): number {
  return estimated(bytesOfSpan, span, SPAN_BYTES);
}

/** Estimates how many bytes a log event keeps alive, as `estimatedSpanBytes()` does. */
export function estimatedEventBytes(event: LogEvent): number {
  return estimated(bytesOfItem, event, EVENT_BYTES);
}

/** Estimates how many bytes the events or links of a span keep alive, as `estimatedSpanBytes()` does. */
export function estimatedListBytes(list: readonly (TimedEvent | Link)[]): number {
  return estimated(bytesOfList, list, EVENT_BYTES);
}

/** Estimates how many bytes a value keeps alive, as `estimatedSpanBytes()` does. The reference to it is not counted. */
export function estimatedValueBytes(value: unknown): number {
  return estimated(bytesOf, value, 0);
}

/** @param base added to `OPAQUE_BYTES` for an item that cannot be read */
function estimated<T>(sizeOf: (item: T) => number, item: T, base: number): number {
  containersLeft = MAX_CONTAINERS;
  try {
    const bytes = sizeOf(item);
    return isSize(bytes) ? bytes : base + OPAQUE_BYTES;
  } catch {
    return base + OPAQUE_BYTES;
  } finally {
    // `Set.clear()` allocates a new table, even if the set is empty.
    if (read.size > 0) read.clear();
  }
}

function bytesOfSpan({ name, status, attributes, events, links }: ReadableSpan): number {
  const own = SPAN_BYTES + lengthOf(name) + lengthOf(status?.message) + bytesOfAttributes(attributes);
  return own + bytesOfList(events ?? []) + bytesOfList(links ?? []);
}

function bytesOfList(list: readonly (TimedEvent | Link)[]): number {
  let bytes = 0;
  for (const item of list) bytes += bytesOfItem(item);
  return bytes;
}

/** Estimates how many bytes are kept alive by keys that few objects share. */
export function estimatedKeyBytes(keys: readonly string[]): number {
  let bytes = 0;
  for (const { length } of keys) if (length > MAX_SHARED_KEY) bytes += length;
  return bytes;
}

/** Guards sums: one invalid number would make them wrong permanently. */
function isSize(bytes: number): boolean {
  return bytes >= 0 && bytes < Infinity;
}

/** For a span event, a log event or a link. */
function bytesOfItem(item: TimedEvent | Link): number {
  const { name, attributes, body } = item as Partial<LogEvent>;
  const bytes = EVENT_BYTES + lengthOf(name) + bytesOfAttributes(attributes);
  return body === undefined || body === name ? bytes : bytes + bytesOf(body);
}

/** Attributes are not added to `read`, because no other value refers to them. */
function bytesOfAttributes(attributes: unknown): number {
  return typeof attributes === 'object' && attributes !== null ? bytesOfObject(attributes) : 0;
}

function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  if (read.has(value) || --containersLeft < 0) return 0;
  read.add(value);
  return bytesOfObject(value);
}

function bytesOfObject(value: object): number {
  try {
    // The usual case: attributes.
    if (Object.getPrototypeOf(value) === Object.prototype) return bytesOfEntries(value);
    if (ArrayBuffer.isView(value)) return bytesOfView(value);
    if (value instanceof ArrayBuffer) return value.byteLength;
    if (value instanceof Error) return bytesOfError(value);
    if (Array.isArray(value)) return bytesOfItems(value, value.length);
    if (value instanceof Map)
      return bytesOfIterable(value.values(), value.size) + bytesOfIterable(value.keys(), value.size);
    if (value instanceof Set) return bytesOfIterable(value, value.size);
    return bytesOfEntries(value);
  } catch {
    return OPAQUE_BYTES;
  }
}

/** A view keeps its whole buffer alive. */
function bytesOfView({ buffer, byteLength }: ArrayBufferView): number {
  return buffer.byteLength > POOL_BYTES ? bytesOf(buffer) : byteLength;
}

/** Errors of libraries have additional members, such as the response to a request. */
function bytesOfError(error: Error): number {
  const { message, cause, errors } = error as Partial<AggregateError>;
  return OPAQUE_BYTES + lengthOf(message) + bytesOf(cause) + bytesOf(errors) + bytesOfEntries(error);
}

function bytesOfEntries(value: object): number {
  let bytes = 0;
  let average = 0;
  let keys = 0;
  let entries = 0;
  for (const key in value) {
    if (entries === MAX_ENTRIES) average = bytes / MAX_ENTRIES;
    if (entries++ < MAX_TEXTS) bytes += bytesOfEntry((value as Record<string, unknown>)[key], entries, average);
    if (key.length > MAX_SHARED_KEY) keys += key.length;
  }
  return keys + scaled(bytes, entries);
}

function bytesOfItems(items: readonly unknown[], size: number): number {
  const count = Math.min(items.length, MAX_TEXTS);
  let bytes = 0;
  let average = 0;
  for (let i = 0; i < count; i++) {
    if (i === MAX_ENTRIES) average = bytes / MAX_ENTRIES;
    bytes += bytesOfEntry(items[i], i + 1, average);
  }
  return scaled(bytes, size);
}

/** The bytes of the `number`th entry of a container. `average` is the mean of its first entries. */
function bytesOfEntry(value: unknown, number: number, average: number): number {
  if (number <= MAX_ENTRIES) return bytesOf(value);
  return typeof value === 'string' ? value.length : average;
}

/** Extrapolates from the bytes of the entries that were read to all `size` entries of a container. */
function scaled(bytes: number, size: number): number {
  const all = size <= MAX_TEXTS ? bytes : (bytes * size) / MAX_TEXTS;
  return Math.ceil(all) + size * ENTRY_BYTES;
}

function bytesOfIterable(values: Iterable<unknown>, size: number): number {
  return bytesOfItems(first(values, MAX_TEXTS), size);
}

/** Names come from the application and need not be strings. */
function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.length : 0;
}
