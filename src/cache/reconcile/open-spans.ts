import type { Attributes, HrTime, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api';
import { estimatedSpanBytes } from '../../model/estimated-bytes.js';
import type { ReadableSpan, TimedEvent } from '../../model/otel.js';
import { identityOf, SpanMap, type SpanIdentity } from '../../model/span-map.js';
import { AgedList, type Aged } from './aged-list.js';

/** Interval in milliseconds between size estimates, and the age from which an open span is included. */
const LOOK_MILLIS = 1_000;

/** Snapshot of a span that has started but not ended. */
export interface OpenSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly spanContext: SpanContext;
  readonly parentSpanContext: SpanContext | undefined;
  readonly startTime: HrTime;
  /** Milliseconds since the cache saw the span start, by a monotonic clock. */
  readonly ageMillis: number;
  readonly status: SpanStatus;
  /** A copy of the attributes set so far. */
  readonly attributes: Attributes;
  /** The events of the span so far, followed by the log events parked for it. */
  readonly events: readonly TimedEvent[];
}

/** The members of a span that are read while it is open. */
export type StartedSpan = Pick<
  ReadableSpan,
  'name' | 'kind' | 'spanContext' | 'parentSpanContext' | 'startTime' | 'status' | 'attributes' | 'events'
> & { readonly instrumentationScope?: ReadableSpan['instrumentationScope'] };

/** A class, so that all entries have one shape: an object spread takes twenty times as long. */
class Entry implements SpanIdentity, Aged<Entry> {
  readonly traceId: string;
  readonly spanId: string;
  readonly span: StartedSpan;
  readonly startedAt: number;
  /** Estimated size, as of the last estimate. */
  bytes = 0;
  older: Entry | undefined = undefined;
  newer: Entry | undefined = undefined;

  constructor({ traceId, spanId }: SpanIdentity, span: StartedSpan, startedAt: number) {
    this.traceId = traceId;
    this.spanId = spanId;
    this.span = span;
    this.startedAt = startedAt;
  }
}

/**
 * The spans that have started but not ended.
 *
 * Holds at most `maxSpans`. At the bound, the span that started first is forgotten and counted: it is the least likely
 * to end. Spans open for at least a second are also limited to `maxBytes`: their sizes are estimated at most once a
 * second, when a span starts, and the oldest are forgotten until the rest fits. Younger spans are not included, because
 * the application needs them anyway.
 */
export class OpenSpans {
  readonly #maxSpans: number;
  readonly #bySpan = new SpanMap<Entry>();
  readonly #byAge = new AgedList<Entry>();
  readonly #maxBytes: number;
  #forgotten = 0;
  #closed = false;
  #lookedAt = 0;

  constructor(maxSpans: number, maxBytes = Infinity) {
    this.#maxSpans = maxSpans;
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#byAge.size;
  }

  /** Number of spans forgotten at the bound of `maxSpans` or `maxBytes`. */
  get forgotten(): number {
    return this.#forgotten;
  }

  get(span: SpanIdentity): StartedSpan | undefined {
    return this.#bySpan.get(span)?.span;
  }

  has(span: SpanIdentity): boolean {
    return this.get(span) !== undefined;
  }

  /** Adds a span that has started. Throws if it cannot be read. */
  add(span: StartedSpan, now: number): void {
    if (this.#closed) return;
    const ids = identityOf(span.spanContext());
    if (ids === undefined || this.has(ids)) return;
    if (Math.abs(now - this.#lookedAt) >= LOOK_MILLIS) this.#makeRoom(now);
    if (this.size >= this.#maxSpans) this.#forgetOldest();
    const entry = new Entry(ids, span, now);
    this.#bySpan.set(entry);
    this.#byAge.add(entry);
  }

  remove(span: SpanIdentity): void {
    const entry = this.#bySpan.get(span);
    if (entry !== undefined) this.#remove(entry);
  }

  /**
   * Returns snapshots in the order in which the spans started, each with the events parked for it. Unreadable spans are
   * left out.
   */
  list(now: number, waitingFor: (span: SpanIdentity) => readonly TimedEvent[]): OpenSpan[] {
    const spans: OpenSpan[] = [];
    for (const entry of this.#byAge) {
      try {
        spans.push(snapshot(entry.span, now - entry.startedAt, waitingFor(entry)));
      } catch {
        // One of its getters throws.
      }
    }
    return spans;
  }

  /** Forgets all spans and accepts no more, because the cache is shut down. */
  close(): void {
    this.#closed = true;
    for (const entry of this.#byAge) this.#remove(entry);
  }

  #makeRoom(now: number): void {
    this.#lookedAt = now;
    let bytes = 0;
    for (const entry of this.#byAge) {
      if (entry.startedAt > now - LOOK_MILLIS) break;
      entry.bytes = estimatedSpanBytes(entry.span as unknown as ReadableSpan);
      bytes += entry.bytes;
    }
    while (bytes > this.#maxBytes) {
      bytes -= this.#byAge.oldest!.bytes;
      this.#forgetOldest();
    }
  }

  #forgetOldest(): void {
    this.#remove(this.#byAge.oldest!);
    this.#forgotten++;
  }

  #remove(entry: Entry): void {
    this.#bySpan.delete(entry);
    this.#byAge.remove(entry);
  }
}

function snapshot(span: StartedSpan, ageMillis: number, waiting: readonly TimedEvent[]): OpenSpan {
  return {
    name: span.name,
    kind: span.kind,
    spanContext: span.spanContext(),
    parentSpanContext: span.parentSpanContext,
    startTime: span.startTime,
    ageMillis,
    status: span.status,
    attributes: { ...span.attributes },
    events: [...span.events, ...waiting],
  };
}
