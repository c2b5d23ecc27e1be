import type { SpanContext } from '@opentelemetry/api';
import type { LogEvent } from '../model/log-event.js';
import { SpanMap, type SpanIdentity } from '../model/span-map.js';
import { Pool } from '../queue/pool.js';

/** Spare buckets kept for the next spans. */
const MAX_IDLE_BUCKETS = 1_024;

/**
 * The events of one span that has not been delivered yet, in emission order.
 *
 * At `maxEvents` the oldest gives way: the slots then form a ring that starts at `#first`. Pooled:
 * whoever takes a bucket out of `ParkedEvents` reads it at once and recycles it.
 */
export class ParkedSpan implements SpanIdentity {
  traceId = '';
  spanId = '';
  spanContext: SpanContext | undefined;
  /** Events waiting here. */
  count = 0;
  /** Events that gave way to newer ones. */
  lost = 0;
  older: ParkedSpan | undefined;
  newer: ParkedSpan | undefined;
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

  /** Adds the events to a list, oldest first. */
  appendTo(events: { push(event: LogEvent): unknown }): void {
    for (let i = 0; i < this.count; i++) events.push(this.#slots[(this.#first + i) % this.count]!);
  }

  clear(): void {
    this.#slots.fill(undefined, 0, this.count);
    this.traceId = '';
    this.spanId = '';
    this.spanContext = undefined;
    this.count = 0;
    this.lost = 0;
    this.#first = 0;
  }
}

/**
 * Events whose span has not been delivered yet.
 *
 * ```
 *   SpanMap ──▶ bucket ⇄ bucket ⇄ bucket ⇄ bucket
 *               oldest                     newest      by the arrival of their first event
 * ```
 *
 * Holds events for at most `maxSpans` spans. Past that, the span that has waited longest gives up all
 * of its events: it is the least likely still to end. A further event of a span that already waits
 * makes nobody leave. The list links the buckets themselves, so adding, taking and evicting stay
 * constant-time however long the buffer churns (the first key of a long-lived `Map` does not).
 */
export class ParkedEvents {
  readonly #maxSpans: number;
  readonly #maxEventsPerSpan: number;
  readonly #bySpan = new SpanMap<ParkedSpan>();
  readonly #pool = new Pool(MAX_IDLE_BUCKETS, () => new ParkedSpan());
  #oldest: ParkedSpan | undefined;
  #newest: ParkedSpan | undefined;
  #events = 0;

  constructor(maxSpans: number, maxEventsPerSpan: number) {
    this.#maxSpans = maxSpans;
    this.#maxEventsPerSpan = maxEventsPerSpan;
  }

  /** Events waiting, of all spans. */
  get events(): number {
    return this.#events;
  }

  /** Spans whose events wait. */
  get spans(): number {
    return this.#bySpan.size;
  }

  get(span: SpanIdentity): ParkedSpan | undefined {
    return this.#bySpan.get(span);
  }

  /** Adds an event to a span that already waits; returns whether an older event gave way. */
  add(parked: ParkedSpan, event: LogEvent): boolean {
    const replaced = parked.add(event, this.#maxEventsPerSpan);
    if (!replaced) this.#events++;
    return replaced;
  }

  /** Begins to wait for a span, with its first event. */
  park(spanContext: SpanContext, event: LogEvent): void {
    const parked = this.#pool.acquire();
    parked.traceId = spanContext.traceId;
    parked.spanId = spanContext.spanId;
    parked.spanContext = spanContext;
    this.#bySpan.set(parked);
    this.#append(parked);
    this.add(parked, event);
  }

  get full(): boolean {
    return this.spans >= this.#maxSpans;
  }

  /** Takes out a span with all of its events. The caller reads it, then calls `recycle`. */
  take(span: SpanIdentity): ParkedSpan | undefined {
    const parked = this.#bySpan.get(span);
    if (parked !== undefined) this.#remove(parked);
    return parked;
  }

  /** Takes out the span that has waited longest. The caller reads it, then calls `recycle`. */
  takeOldest(): ParkedSpan | undefined {
    const parked = this.#oldest;
    if (parked !== undefined) this.#remove(parked);
    return parked;
  }

  recycle(parked: ParkedSpan): void {
    parked.clear();
    this.#pool.release(parked);
  }

  #append(parked: ParkedSpan): void {
    parked.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = parked;
    else this.#newest.newer = parked;
    this.#newest = parked;
  }

  #remove(parked: ParkedSpan): void {
    const { older, newer } = parked;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    parked.older = undefined;
    parked.newer = undefined;
    this.#bySpan.delete(parked);
    this.#events -= parked.count;
  }
}
