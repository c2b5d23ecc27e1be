import type { SpanContext } from '@opentelemetry/api';
import type { LogEvent } from '../model/log-event.js';
import type { DeliveredSpan } from '../model/merged-span.js';
import type { ReadableSpan, TimedEvent } from '../model/otel.js';
import type { SpanIdentity } from '../model/span-map.js';
import type { EventBucket, EventBucketPool } from './event-bucket.js';

/** A delivered span that is remembered whole, so that it can be delivered again. */
export class AmendableSpan implements SpanIdentity {
  readonly traceId: string;
  readonly spanId: string;
  readonly spanContext: SpanContext;
  readonly original: ReadableSpan;
  /** As it was delivered last. */
  delivered: DeliveredSpan;
  /** Exceptions recorded on it that no log event has told of yet; undefined before the first merge. */
  exceptions: readonly TimedEvent[] | undefined;
  /** Events that came since. */
  late: EventBucket | undefined;

  constructor(
    spanContext: SpanContext,
    original: ReadableSpan,
    delivered: DeliveredSpan,
    exceptions: readonly TimedEvent[] | undefined,
  ) {
    this.traceId = spanContext.traceId;
    this.spanId = spanContext.spanId;
    this.spanContext = spanContext;
    this.original = original;
    this.delivered = delivered;
    this.exceptions = exceptions;
  }
}

/** Late events, gathered by span until the batches at hand are through: one amendment for all of them. */
export class Amendments {
  readonly #pool: EventBucketPool;
  readonly #maxEventsPerSpan: number;
  readonly #spans = new Set<AmendableSpan>();
  #events = 0;

  constructor(pool: EventBucketPool, maxEventsPerSpan: number) {
    this.#pool = pool;
    this.#maxEventsPerSpan = maxEventsPerSpan;
  }

  /** Events gathered. */
  get events(): number {
    return this.#events;
  }

  /** Gathers an event; returns whether an older one gave way. */
  add(span: AmendableSpan, event: LogEvent): boolean {
    if (span.late === undefined) {
      span.late = this.#pool.acquire(span.spanContext, 0);
      this.#spans.add(span);
    }
    const replaced = span.late.add(event, this.#maxEventsPerSpan);
    if (!replaced) this.#events++;
    return replaced;
  }

  /** Takes out a span with its bucket, which the caller reads and releases. */
  take(): [AmendableSpan, EventBucket] | undefined {
    const [span] = this.#spans;
    if (span === undefined) return undefined;
    this.#spans.delete(span);
    const bucket = span.late!;
    span.late = undefined;
    this.#events -= bucket.count;
    return [span, bucket];
  }
}
