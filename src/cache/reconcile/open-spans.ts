import type { Attributes, HrTime, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api';
import { estimatedSpanBytes } from '../../model/estimated-bytes.js';
import type { ReadableSpan, TimedEvent } from '../../model/otel.js';
import { identityOf, SpanMap, type SpanIdentity } from '../../model/span-map.js';
import { AgedList, type Aged } from './aged-list.js';

/** How often the sizes of open spans are estimated, and how long one has to be open to be looked at, in milliseconds. */
const LOOK_MILLIS = 1_000;

/** A span that has started and not ended, as it is now. */
export interface OpenSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly spanContext: SpanContext;
  readonly parentSpanContext: SpanContext | undefined;
  readonly startTime: HrTime;
  /** Milliseconds since the cache saw it start, on a clock that does not jump. */
  readonly ageMillis: number;
  readonly status: SpanStatus;
  /** A copy of the attributes it has so far. */
  readonly attributes: Attributes;
  /** Its own events so far, then the log events that wait for it to end. */
  readonly events: readonly TimedEvent[];
}

/** What is read of a span while it is open. */
export type StartedSpan = Pick<
  ReadableSpan,
  'name' | 'kind' | 'spanContext' | 'parentSpanContext' | 'startTime' | 'status' | 'attributes' | 'events'
> & { readonly instrumentationScope?: ReadableSpan['instrumentationScope'] };

/** A class, so that all entries have one shape: an object spread takes twenty times as long to make. */
class Entry implements SpanIdentity, Aged<Entry> {
  readonly traceId: string;
  readonly spanId: string;
  readonly span: StartedSpan;
  readonly startedAt: number;
  /** About how much the span kept alive when it was looked at last. */
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
 * The spans that have started and not ended.
 *
 * Holds at most `maxSpans`. Past that, the one that started first is forgotten and counted: a span that
 * never ends must not push out those that will. Nor must it keep its attributes alive without a bound: once a second,
 * as a span starts, those that have been open for a second are estimated, and forgotten in the same way until the rest
 * fits into `maxBytes`. Younger ones belong to the application still.
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

  /** Spans forgotten because `maxSpans` others had started since, or because those open for long were too large. */
  get forgotten(): number {
    return this.#forgotten;
  }

  get(span: SpanIdentity): StartedSpan | undefined {
    return this.#bySpan.get(span)?.span;
  }

  has(span: SpanIdentity): boolean {
    return this.get(span) !== undefined;
  }

  /** A span has started. Throws if it cannot be read. */
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

  /** A span has ended. */
  remove(span: SpanIdentity): void {
    const entry = this.#bySpan.get(span);
    if (entry !== undefined) this.#remove(entry);
  }

  /**
   * Those open, in the order they started, each with the events that wait for it. One that cannot be read is left
   * out.
   */
  list(now: number, waitingFor: (span: SpanIdentity) => readonly TimedEvent[]): OpenSpan[] {
    const spans: OpenSpan[] = [];
    for (const entry of this.#byAge) {
      try {
        spans.push(snapshot(entry.span, now - entry.startedAt, waitingFor(entry)));
      } catch {
        // Its own getters throw: there is nothing to show.
      }
    }
    return spans;
  }

  /** Forgets all spans, and takes in no more: the cache is shut down. */
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
