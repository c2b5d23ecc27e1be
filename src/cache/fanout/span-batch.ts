import type { OrphanEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';

/**
 * One delivery to a subscriber.
 *
 * All subscribers share the lists and the spans: read them and keep them, but do not change them.
 */
export interface SpanBatch {
  /** Ended spans, in the order they ended, each with the log events emitted in it. */
  readonly spans: readonly DeliveredSpan[];
  /** Log events that were attached to no span. Always empty unless the subscription has `orphans: true`. */
  readonly orphans: readonly OrphanEvent[];
  /** Spans dropped since this subscriber's previous batch because its buffer was full. */
  readonly dropped: number;
}

export const NO_SPANS: readonly DeliveredSpan[] = Object.freeze([]);
export const NO_ORPHANS: readonly OrphanEvent[] = Object.freeze([]);
