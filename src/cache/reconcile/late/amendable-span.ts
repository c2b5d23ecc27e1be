import type { DeliveredSpan } from '../../../model/merged-span.js';
import type { ReadableSpan, TimedEvent } from '../../../model/otel.js';
import type { SpanIdentity } from '../../../model/span-map.js';
import type { Aged } from '../aged-list.js';
import type { EventBucket } from '../event-bucket.js';

/** A delivered span that is kept whole, so that it can be delivered again. */
export class AmendableSpan implements SpanIdentity, Aged<AmendableSpan> {
  readonly traceId: string;
  readonly spanId: string;
  readonly original: ReadableSpan;
  /** The span as it was delivered last. */
  delivered: DeliveredSpan;
  /** Exceptions recorded on the span that no log event has matched yet; undefined before the first merge. */
  unmatchedExceptions: readonly TimedEvent[] | undefined;
  /** About how much it keeps alive. */
  bytes: number;
  /** When it was delivered first, on the driver's clock. */
  readonly since: number;
  /** Events that came since it was delivered last. */
  late: EventBucket | undefined = undefined;
  older: AmendableSpan | undefined = undefined;
  newer: AmendableSpan | undefined = undefined;

  constructor(
    { traceId, spanId }: SpanIdentity,
    original: ReadableSpan,
    delivered: DeliveredSpan,
    unmatchedExceptions: readonly TimedEvent[] | undefined,
    bytes: number,
    since: number,
  ) {
    this.traceId = traceId;
    this.spanId = spanId;
    this.original = original;
    this.delivered = delivered;
    this.unmatchedExceptions = unmatchedExceptions;
    this.bytes = bytes;
    this.since = since;
  }
}
