import type { Link } from '@opentelemetry/api';
import type { LogEvent } from './log-event.js';
import type { ReadableSpan, TimedEvent } from './otel.js';

/** A span of the SDK without name, attributes, events and links: its object, ids and times. */
const SPAN_BYTES = 800;

/** An event or a link without its attributes. */
const EVENT_BYTES = 200;

/** An entry of an object or an array, without what it refers to. */
const ENTRY_BYTES = 16;

/** What cannot be read, or refers to something that V8 keeps elsewhere. */
const OPAQUE_BYTES = 1_024;

/** Entries read of one container; the others are taken to be as large on average. */
const MAX_ENTRIES = 128;

/** Containers read of one span or event, however they nest; each further one counts as an entry. */
const MAX_CONTAINERS = 1_024;

/** Containers that the estimate under way may still read. */
let containersLeft = 0;

/**
 * About how many bytes a span keeps alive, without its resource and scope, which all spans share.
 *
 * An estimate from the lengths of its texts and the number of its entries, within a factor of two for spans of
 * more than a kilobyte (text outside Latin-1 takes two bytes a character, and counts one). Takes a tenth of a microsecond
 * or two for a span of a few attributes, so it is made only where a span is kept. A number always; never throws.
 */
export function estimatedSpanBytes(span: ReadableSpan): number {
  containersLeft = MAX_CONTAINERS;
  try {
    let bytes = SPAN_BYTES + lengthOf(span.name) + lengthOf(span.status?.message) + bytesOf(span.attributes);
    for (const event of span.events ?? []) bytes += bytesOfItem(event);
    for (const link of span.links ?? []) bytes += bytesOfItem(link);
    return isSize(bytes) ? bytes : SPAN_BYTES + OPAQUE_BYTES;
  } catch {
    return SPAN_BYTES + OPAQUE_BYTES;
  }
}

/** About how many bytes a log event keeps alive. As `estimatedSpanBytes()`. */
export function estimatedEventBytes(event: LogEvent): number {
  return estimatedListBytes([event]);
}

/** About how many bytes the events or links of a span keep alive. As `estimatedSpanBytes()`. */
export function estimatedListBytes(list: readonly (TimedEvent | Link)[]): number {
  containersLeft = MAX_CONTAINERS;
  try {
    let bytes = 0;
    for (const item of list) bytes += bytesOfItem(item);
    return isSize(bytes) ? bytes : EVENT_BYTES + OPAQUE_BYTES;
  } catch {
    return EVENT_BYTES + OPAQUE_BYTES;
  }
}

/** About how many bytes a value keeps alive, besides the place that it is in. As `estimatedSpanBytes()`. */
export function estimatedValueBytes(value: unknown): number {
  containersLeft = MAX_CONTAINERS;
  const bytes = bytesOf(value);
  return isSize(bytes) ? bytes : OPAQUE_BYTES;
}

/** A sum that one wrong number gets into is wrong for ever. */
function isSize(bytes: number): boolean {
  return bytes >= 0 && bytes < Infinity;
}

/** An event of a span, one that came from a log record, or a link. */
function bytesOfItem(item: TimedEvent | Link): number {
  const { name, attributes, body } = item as Partial<LogEvent>;
  const bytes = EVENT_BYTES + lengthOf(name) + bytesOf(attributes);
  return body === undefined || body === name ? bytes : bytes + bytesOf(body);
}

function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return --containersLeft < 0 ? 0 : bytesOfObject(value);
}

function bytesOfObject(value: object): number {
  try {
    // The usual case: attributes.
    if (Object.getPrototypeOf(value) === Object.prototype) return bytesOfEntries(value);
    if (ArrayBuffer.isView(value)) return value.byteLength;
    if (value instanceof Error) return OPAQUE_BYTES + lengthOf(value.message);
    if (Array.isArray(value)) return bytesOfItems(value, value.length);
    if (value instanceof Map) return bytesOfItems(first(value.values()), value.size);
    if (value instanceof Set) return bytesOfItems(first(value), value.size);
    return bytesOfEntries(value);
  } catch {
    return OPAQUE_BYTES;
  }
}

function bytesOfEntries(value: object): number {
  let bytes = 0;
  let entries = 0;
  for (const key in value) {
    if (entries++ < MAX_ENTRIES) bytes += bytesOf((value as Record<string, unknown>)[key]);
  }
  return scaled(bytes, entries);
}

function bytesOfItems(items: readonly unknown[], size: number): number {
  const read = Math.min(items.length, MAX_ENTRIES);
  let bytes = 0;
  for (let i = 0; i < read; i++) bytes += bytesOf(items[i]);
  return scaled(bytes, size);
}

/** The bytes of a container of `size` entries, of which the first ones hold this many bytes. */
function scaled(bytes: number, size: number): number {
  if (size <= MAX_ENTRIES) return bytes + size * ENTRY_BYTES;
  return Math.ceil((bytes * size) / MAX_ENTRIES) + size * ENTRY_BYTES;
}

function first(values: Iterable<unknown>): unknown[] {
  const items: unknown[] = [];
  for (const value of values) {
    if (items.push(value) === MAX_ENTRIES) break;
  }
  return items;
}

/** Names come from the application, and need not be texts. */
function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.length : 0;
}
