import type { SpanContext } from '@opentelemetry/api';
import type { LogEvent } from '../../model/log-event.js';
import type { ReadableSpan } from '../../model/otel.js';
import type { SpanIdentity } from '../../model/span-map.js';
import { Pool, type Pooled } from '../queue/pool.js';
import type { Aged } from './aged-list.js';

/** Spare buckets kept for the next spans. */
const MAX_IDLE_BUCKETS = 1_024;

/** Slots a spare bucket keeps: most spans have fewer events. */
const MAX_IDLE_SLOTS = 32;

/**
 * The events of one span that is not delivered yet, in emission order.
 *
 * At `maxEvents` the oldest gives way: the slots then form a ring that starts at `#first`. Has the span's ids as
 * they were read first: the owner of a span context may use it again for another span. Pooled: whoever takes a
 * bucket out of where it waits reads it at once and releases it.
 */
export class EventBucket implements SpanIdentity, Aged<EventBucket>, Pooled {
  traceId = '';
  spanId = '';
  /** For the orphans that its events may become. */
  spanContext: SpanContext | undefined;
  /** The span, once it has ended and is held. */
  span: ReadableSpan | undefined;
  /** When it began to wait, on the clock that the driver passes in. */
  since = 0;
  /** Whether its events wait only until the spans of the cycle have moved: their span had ended before they came. */
  endsWithCycle = false;
  /** Events waiting here. */
  count = 0;
  /** Events that gave way to newer ones. */
  overflowed = 0;
  /** About how much the events, and the held span, keep alive. */
  bytes = 0;
  older: EventBucket | undefined;
  newer: EventBucket | undefined;
  spare = false;
  readonly #slots: (LogEvent | undefined)[] = [];
  /** The estimate of each event: what was added for it is what it takes away. */
  readonly #sizes: number[] = [];
  #first = 0;

  /** Adds an event of about so many bytes; returns whether an older one gave way. */
  add(event: LogEvent, bytes: number, maxEvents: number): boolean {
    this.bytes += bytes;
    if (this.count < maxEvents) {
      this.#put(this.count++, event, bytes);
      return false;
    }
    this.bytes -= this.#sizes[this.#first]!;
    this.#put(this.#first, event, bytes);
    this.#first = (this.#first + 1) % maxEvents;
    this.overflowed++;
    return true;
  }

  /** Keeps the span, which has ended. */
  hold(span: ReadableSpan, bytes: number, now: number): void {
    this.span = span;
    this.endsWithCycle = false;
    this.bytes += bytes;
    this.since = now;
  }

  /** The events, oldest first. */
  events(): LogEvent[] {
    const events = new Array<LogEvent>(this.count);
    for (let i = 0; i < this.count; i++) events[i] = this.#slots[(this.#first + i) % this.count]!;
    return events;
  }

  /** Whether `bytes` is the sum of the estimates, as far as that can be told: that of a held span is not kept. */
  get hasRightBytes(): boolean {
    const events = this.#sizes.slice(0, this.count).reduce((sum, size) => sum + size, 0);
    return this.span === undefined ? this.bytes === events : this.bytes >= events;
  }

  get isClear(): boolean {
    const { spanContext, span, older, newer } = this;
    const isUnlinked = older === undefined && newer === undefined;
    return this.count + this.bytes === 0 && isUnlinked && span === undefined && spanContext === undefined && this.#slots.every((slot) => slot === undefined);
  }

  clear(): void {
    this.#slots.fill(undefined, 0, this.count);
    if (this.#slots.length > MAX_IDLE_SLOTS) {
      this.#slots.length = MAX_IDLE_SLOTS;
      this.#sizes.length = MAX_IDLE_SLOTS;
    }
    this.#first = 0;
    this.traceId = '';
    this.spanId = '';
    this.spanContext = undefined;
    this.span = undefined;
    this.count = 0;
    this.overflowed = 0;
    this.bytes = 0;
  }

  #put(slot: number, event: LogEvent, bytes: number): void {
    this.#slots[slot] = event;
    this.#sizes[slot] = bytes;
  }
}

/** Buckets on their way between spans. */
export class EventBucketPool {
  readonly #pool = new Pool(
    MAX_IDLE_BUCKETS,
    () => new EventBucket(),
    (bucket) => bucket.clear(),
    (bucket) => bucket.isClear,
  );

  acquire(
    { traceId, spanId }: SpanIdentity,
    spanContext: SpanContext | undefined,
    since: number,
    endsWithCycle = false,
  ): EventBucket {
    const bucket = this.#pool.acquire();
    bucket.traceId = traceId;
    bucket.spanId = spanId;
    bucket.spanContext = spanContext;
    bucket.since = since;
    bucket.endsWithCycle = endsWithCycle;
    return bucket;
  }

  release(bucket: EventBucket): void {
    this.#pool.release(bucket);
  }
}
