import type { SpanContext } from '@opentelemetry/api';
import type { LogEvent } from '../../model/log-event.js';
import type { ReadableSpan } from '../../model/otel.js';
import type { SpanIdentity } from '../../model/span-map.js';
import { Pool, type Pooled } from '../queue/pool.js';
import type { Aged } from './aged-list.js';

/** Maximum number of spare buckets. */
const MAX_IDLE_BUCKETS = 1_024;

/** Maximum number of slots of a spare bucket: most spans have fewer events. */
const MAX_IDLE_SLOTS = 32;

/**
 * The events of one span that has not been delivered yet, in emission order.
 *
 * At `maxEvents` the oldest is overwritten: the slots are then a ring that starts at `#first`. The ids are copies,
 * because the owner of a span context may reuse it for another span. Pooled: code that removes a bucket from its list
 * reads it at once and releases it.
 */
export class EventBucket implements SpanIdentity, Aged<EventBucket>, Pooled {
  traceId = '';
  spanId = '';
  /** The context for orphans made from its events. */
  spanContext: SpanContext | undefined;
  /** The ended span while it is held. */
  span: ReadableSpan | undefined;
  /** Time at which the wait began, on the driver's clock. */
  since = 0;
  /**
   * Whether the events wait only until the spans of this cycle have moved, because their span had ended when they were
   * emitted.
   */
  endsWithCycle = false;
  /** Number of events in the bucket. */
  count = 0;
  /** Number of events overwritten by newer ones. */
  overflowed = 0;
  /** Estimated size of the events and the held span. */
  bytes = 0;
  older: EventBucket | undefined;
  newer: EventBucket | undefined;
  spare = false;
  readonly #slots: (LogEvent | undefined)[] = [];
  /** The estimated size of each event, subtracted again when it is overwritten. */
  readonly #sizes: number[] = [];
  #first = 0;

  /** Adds an event of the given estimated size. Returns whether it overwrote an older one. */
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

  /**
   * Whether `bytes` matches the sizes of the events. The size of a held span is not stored, so it is only a lower bound
   * then.
   */
  get hasRightBytes(): boolean {
    const events = this.#sizes.slice(0, this.count).reduce((sum, size) => sum + size, 0);
    return this.span === undefined ? this.bytes === events : this.bytes >= events;
  }

  get isClear(): boolean {
    const { spanContext, span, older, newer } = this;
    const isUnlinked = older === undefined && newer === undefined;
    return (
      this.count + this.bytes === 0 &&
      isUnlinked &&
      span === undefined &&
      spanContext === undefined &&
      this.#slots.every((slot) => slot === undefined)
    );
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
