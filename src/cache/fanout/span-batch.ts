import type { OrphanEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';

/**
 * What a subscriber gets at a time.
 *
 * The lists and the spans are shared by all subscribers: read them, keep them, do not change them.
 */
export interface SpanBatch {
  /** Ended spans, in the order they ended, each with the log events emitted in it. */
  readonly spans: readonly DeliveredSpan[];
  /** Log events that no span took in. Empty unless the subscription asked for `orphans`. */
  readonly orphans: readonly OrphanEvent[];
  /** Spans this subscriber lost since its previous batch, because its buffer was full. */
  readonly dropped: number;
}

export const NO_SPANS: readonly DeliveredSpan[] = Object.freeze([]);
export const NO_ORPHANS: readonly OrphanEvent[] = Object.freeze([]);
