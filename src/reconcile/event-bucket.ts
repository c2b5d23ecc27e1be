import type { SpanContext } from '@opentelemetry/api';
import type { LogEvent } from '../model/log-event.js';
import type { ReadableSpan } from '../model/otel.js';
import type { SpanIdentity } from '../model/span-map.js';
import { Pool } from '../queue/pool.js';
import type { Aged } from './aged-list.js';

/** Spare buckets kept for the next spans. */
const MAX_IDLE_BUCKETS = 1_024;

/** Slots a spare bucket keeps: most spans have fewer events. */
const MAX_IDLE_SLOTS = 32;

/**
 * The events of one span that is not delivered yet, in emission order.
 *
 * At `maxEvents` the oldest gives way: the slots then form a ring that starts at `#first`. Pooled:
 * whoever takes a bucket out of where it waits reads it at once and releases it.
 */
export class EventBucket implements SpanIdentity, Aged<EventBucket> {
  traceId = '';
  spanId = '';
  spanContext: SpanContext | undefined;
  /** The span, once it has ended and is held. */
  span: ReadableSpan | undefined;
  /** When it began to wait, on the clock that the driver passes in. */
  since = 0;
  /** Events waiting here. */
  count = 0;
  /** Events that gave way to newer ones. */
  lost = 0;
  older: EventBucket | undefined;
  newer: EventBucket | undefined;
  readonly #slots: (LogEvent | undefined)[] = [];
  #first = 0;

  /** Adds an event; returns whether an older one gave way. */
  add(event: LogEvent, maxEvents: number): boolean {
    if (this.count < maxEvents) {
      this.#slots[this.count++] = event;
      return false;
    }
    this.#slots[this.#first] = event;
    this.#first = (this.#first + 1) % maxEvents;
    this.lost++;
    return true;
  }

  /** The events, oldest first. */
  events(): LogEvent[] {
    const events = new Array<LogEvent>(this.count);
    for (let i = 0; i < this.count; i++) events[i] = this.#slots[(this.#first + i) % this.count]!;
    return events;
  }

  clear(): void {
    this.#slots.fill(undefined, 0, this.count);
    if (this.#slots.length > MAX_IDLE_SLOTS) this.#slots.length = MAX_IDLE_SLOTS;
    this.#first = 0;
    this.traceId = '';
    this.spanId = '';
    this.spanContext = undefined;
    this.span = undefined;
    this.count = 0;
    this.lost = 0;
  }
}

/** Buckets on their way between spans. */
export class EventBucketPool {
  readonly #pool = new Pool(MAX_IDLE_BUCKETS, () => new EventBucket());

  acquire(spanContext: SpanContext, since: number): EventBucket {
    const bucket = this.#pool.acquire();
    bucket.traceId = spanContext.traceId;
    bucket.spanId = spanContext.spanId;
    bucket.spanContext = spanContext;
    bucket.since = since;
    return bucket;
  }

  release(bucket: EventBucket): void {
    bucket.clear();
    this.#pool.release(bucket);
  }
}
