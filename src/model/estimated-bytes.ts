import type { LogEvent } from './log-event.js';
import type { ReadableSpan } from './otel.js';

/** What an event, a log event or a link has of these. */
interface Item {
  readonly name?: unknown;
  readonly attributes?: unknown;
  readonly body?: unknown;
}

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

/** Values read of one span or event, however they nest; each further one counts as an entry. */
const MAX_VALUES = 1_024;

/**
 * About how many bytes a span keeps alive, without its resource and scope, which all spans share.
 *
 * An estimate from the lengths of its texts and the number of its entries, within a factor of two for spans of
 * more than a kilobyte (text outside Latin-1 takes two bytes a character, and counts one). Takes about a quarter
 * of a microsecond for a span of a few attributes, so it is made only where a span is kept. Never throws.
 */
export function estimatedSpanBytes(span: ReadableSpan): number {
  const estimate = new Estimate();
  try {
    const texts = lengthOf(span.name) + lengthOf(span.status?.message);
    const lists = bytesOfList(span.events, estimate) + bytesOfList(span.links, estimate);
    return sane(SPAN_BYTES + texts + estimate.of(span.attributes) + lists, SPAN_BYTES);
  } catch {
    return SPAN_BYTES + OPAQUE_BYTES;
  }
}

/** About how many bytes a log event keeps alive. As `estimatedSpanBytes()`. */
export function estimatedEventBytes(event: LogEvent): number {
  return estimatedListBytes([event]);
}

/** About how many bytes the events or links of a span keep alive. As `estimatedSpanBytes()`. */
export function estimatedListBytes(list: readonly Item[]): number {
  try {
    return sane(bytesOfList(list, new Estimate()), EVENT_BYTES);
  } catch {
    return EVENT_BYTES + OPAQUE_BYTES;
  }
}

/** About how many bytes a value keeps alive, besides the place that it is in. As `estimatedSpanBytes()`. */
export function estimatedValueBytes(value: unknown): number {
  return sane(new Estimate().of(value), 0);
}

function bytesOfList(list: readonly Item[] | undefined, estimate: Estimate): number {
  let bytes = 0;
  for (const { name, attributes, body } of list ?? []) {
    // The body of a log event is often its name.
    bytes += EVENT_BYTES + lengthOf(name) + estimate.of(attributes) + (body === name ? 0 : estimate.of(body));
  }
  return bytes;
}

/** A sum that can be added up and taken away again. A length that is no number has made it none. */
function sane(bytes: number, least: number): number {
  return Number.isSafeInteger(bytes) && bytes >= least ? bytes : least + OPAQUE_BYTES;
}

/** Walks over values, and stops after `MAX_VALUES` of them. */
class Estimate {
  #values = 0;

  of(value: unknown): number {
    if (typeof value === 'string') return value.length;
    if (typeof value !== 'object' || value === null) return 0;
    if (++this.#values > MAX_VALUES) return 0;
    try {
      return this.#ofObject(value);
    } catch {
      return OPAQUE_BYTES;
    }
  }

  #ofObject(value: object): number {
    if (ArrayBuffer.isView(value)) return value.byteLength;
    if (value instanceof Error) return OPAQUE_BYTES + value.message.length;
    if (Array.isArray(value)) return this.#scaled(value, value.length);
    if (value instanceof Map || value instanceof Set) return this.#scaled([...first(value)], value.size);
    const keys = Object.keys(value);
    let bytes = 0;
    const read = Math.min(keys.length, MAX_ENTRIES);
    for (let i = 0; i < read; i++) {
      bytes += this.of((value as Record<string, unknown>)[keys[i]!]);
    }
    return scale(bytes, read, keys.length);
  }

  #scaled(items: readonly unknown[], size: number): number {
    let bytes = 0;
    const read = Math.min(items.length, MAX_ENTRIES);
    for (let i = 0; i < read; i++) bytes += this.of(items[i]);
    return scale(bytes, read, size);
  }
}

/** The bytes of a container of `size` entries, of which `read` have this many bytes. */
function scale(bytes: number, read: number, size: number): number {
  const average = read === 0 ? 0 : bytes / read;
  return Math.ceil(size * (ENTRY_BYTES + average));
}

function* first(values: Iterable<unknown>): Generator {
  let left = MAX_ENTRIES;
  for (const value of values) {
    if (left-- === 0) return;
    yield value;
  }
}

/** Names come from the application, and need not be texts. */
function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.length : 0;
}
