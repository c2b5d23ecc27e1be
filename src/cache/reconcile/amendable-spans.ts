import type { DeliveredSpan } from '../../model/merged-span.js';
import type { ReadableSpan, TimedEvent } from '../../model/otel.js';
import type { SpanIdentity } from '../../model/span-map.js';
import { AgedList, type Aged } from './aged-list.js';
import type { EventBucket } from './event-bucket.js';

/** A span as it was delivered last, and what is needed to deliver it again. */
export interface DeliveredWhole {
  readonly original: ReadableSpan;
  readonly delivered: DeliveredSpan;
  /** Exceptions recorded on it that no log event has told of yet; undefined before the first merge. */
  readonly exceptions: readonly TimedEvent[] | undefined;
}

/** A delivered span that is remembered whole, so that it can be delivered again. */
export class AmendableSpan implements SpanIdentity, Aged<AmendableSpan> {
  readonly traceId: string;
  readonly spanId: string;
  /** When it was delivered, on the clock that the driver passes in. */
  readonly since: number;
  /** Undefined once it is not amendable any more: only its ids are known then. */
  whole: DeliveredWhole | undefined;
  /** About how much it keeps alive. */
  bytes: number;
  /** Events that came since. */
  late: EventBucket | undefined = undefined;
  older: AmendableSpan | undefined = undefined;
  newer: AmendableSpan | undefined = undefined;

  constructor({ traceId, spanId }: SpanIdentity, whole: DeliveredWhole, bytes: number, since: number) {
    this.traceId = traceId;
    this.spanId = spanId;
    this.whole = whole;
    this.bytes = bytes;
    this.since = since;
  }
}

/** The spans that are remembered whole, in the order of their delivery, and how much they keep alive. */
export class AmendableSpans {
  readonly #byAge = new AgedList<AmendableSpan>();
  #bytes = 0;

  /** About how much all of them keep alive. */
  get bytes(): number {
    return this.#bytes;
  }

  get oldest(): AmendableSpan | undefined {
    return this.#byAge.oldest;
  }

  add(span: AmendableSpan): void {
    this.#byAge.add(span);
    this.#bytes += span.bytes;
  }

  /** A span that is here was amended, and keeps about so many bytes alive from now on. */
  amended(span: AmendableSpan, whole: DeliveredWhole, bytes: number): void {
    this.#bytes += bytes - span.bytes;
    span.whole = whole;
    span.bytes = bytes;
  }

  /** Lets go of all but the ids of a span. */
  forget(span: AmendableSpan): void {
    if (span.whole === undefined) return;
    this.#byAge.remove(span);
    this.#bytes -= span.bytes;
    span.whole = undefined;
  }
}
