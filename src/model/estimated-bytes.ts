import type { Link } from '@opentelemetry/api';
import type { LogEvent } from './log-event.js';
import type { ReadableSpan, TimedEvent } from './otel.js';
import { first } from './value-parts.js';

/** A span of the SDK without name, attributes, events and links: its object, ids and times. */
const SPAN_BYTES = 800;

/** An event or a link without its attributes. */
const EVENT_BYTES = 200;

/** An entry of an object or an array, without what it refers to. */
const ENTRY_BYTES = 16;

/** What cannot be read, or refers to something that V8 keeps elsewhere. */
const OPAQUE_BYTES = 1_024;

/** Entries of one container that are read however they nest; of the others, texts are, and the rest is taken to be average. */
const MAX_ENTRIES = 128;

/** Entries of one container whose texts are read. */
const MAX_TEXTS = 16_384;

/** Containers read of one span or event, however they nest; each further one counts as an entry. */
const MAX_CONTAINERS = 1_024;

/** Longer keys are made at run time, so each object has its own; shorter ones are mostly shared by many. */
const MAX_SHARED_KEY = 64;

/** A buffer no larger than this is most likely Node's pool, which many small ones share. */
const POOL_BYTES = 8_192;

/** Containers that the estimate under way may still read. */
let containersLeft = 0;

/** Containers inside of others that have been read: each counts once, however many refer to it. */
const read = new Set<object>();

/**
 * About how many bytes a span keeps alive, without its resource and scope, which all spans share.
 *
 * An estimate from the lengths of its texts and the number of its entries, within a factor of two for most spans of
 * more than a kilobyte (text outside Latin-1 takes two bytes a character, and counts one; private fields and functions
 * do not show what they hold). Takes some 40 ns for a span of a few attributes, so it is made only where a span is kept.
 * Always a number; never throws.
 */
export function estimatedSpanBytes(span: ReadableSpan): number {
  return estimated(bytesOfSpan, span, SPAN_BYTES);
}

/** About how many bytes a log event keeps alive. As `estimatedSpanBytes()`. */
export function estimatedEventBytes(event: LogEvent): number {
  return estimated(bytesOfItem, event, EVENT_BYTES);
}

/** About how many bytes the events or links of a span keep alive. As `estimatedSpanBytes()`. */
export function estimatedListBytes(list: readonly (TimedEvent | Link)[]): number {
  return estimated(bytesOfList, list, EVENT_BYTES);
}

/** About how many bytes a value keeps alive, besides the place that it is in. As `estimatedSpanBytes()`. */
export function estimatedValueBytes(value: unknown): number {
  return estimated(bytesOf, value, 0);
}

/** @param base what counts, besides what is opaque, of something that cannot be read */
function estimated<T>(sizeOf: (item: T) => number, item: T, base: number): number {
  containersLeft = MAX_CONTAINERS;
  try {
    const bytes = sizeOf(item);
    return isSize(bytes) ? bytes : base + OPAQUE_BYTES;
  } catch {
    return base + OPAQUE_BYTES;
  } finally {
    // To clear a `Set` makes a new table, even of an empty one.
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

/** About how many bytes keys keep alive that are not shared by many objects. */
export function estimatedKeyBytes(keys: readonly string[]): number {
  let bytes = 0;
  for (const { length } of keys) if (length > MAX_SHARED_KEY) bytes += length;
  return bytes;
}

/** A sum that one wrong number gets into is wrong for ever. */
function isSize(bytes: number): boolean {
  return bytes >= 0 && bytes < Infinity;
}

/** An event of a span, one that came from a log record, or a link. */
function bytesOfItem(item: TimedEvent | Link): number {
  const { name, attributes, body } = item as Partial<LogEvent>;
  const bytes = EVENT_BYTES + lengthOf(name) + bytesOfAttributes(attributes);
  return body === undefined || body === name ? bytes : bytes + bytesOf(body);
}

/** A plain object of mostly plain values, which is nobody's value. */
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
    if (value instanceof Map) return bytesOfIterable(value.values(), value.size) + bytesOfIterable(value.keys(), value.size);
    if (value instanceof Set) return bytesOfIterable(value, value.size);
    return bytesOfEntries(value);
  } catch {
    return OPAQUE_BYTES;
  }
}

/** All of a buffer stays alive for a part of it. */
function bytesOfView({ buffer, byteLength }: ArrayBufferView): number {
  return buffer.byteLength > POOL_BYTES ? bytesOf(buffer) : byteLength;
}

/** Errors of libraries carry what they are about, such as the response to a request. */
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

/** The bytes of the `number`th entry of a container, of which the first ones have `average` bytes. */
function bytesOfEntry(value: unknown, number: number, average: number): number {
  if (number <= MAX_ENTRIES) return bytesOf(value);
  return typeof value === 'string' ? value.length : average;
}

/** The bytes of a container of `size` entries, of which the ones that were read hold this many bytes. */
function scaled(bytes: number, size: number): number {
  const all = size <= MAX_TEXTS ? bytes : (bytes * size) / MAX_TEXTS;
  return Math.ceil(all) + size * ENTRY_BYTES;
}

function bytesOfIterable(values: Iterable<unknown>, size: number): number {
  return bytesOfItems(first(values, MAX_TEXTS), size);
}

/** Names come from the application, and need not be texts. */
function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.length : 0;
}
