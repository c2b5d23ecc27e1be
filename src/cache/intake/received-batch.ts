import type { OrphanEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';

/** A batch from another cache, with its losses. Every `SpanBatch` is one. */
export interface ReceivedBatch {
  /** Spans with their log events. An amended span has a `revision`. */
  readonly spans?: readonly DeliveredSpan[];
  readonly orphans?: readonly OrphanEvent[];
  /** Number of spans lost upstream; counted as `relay`. */
  readonly dropped?: number;
  /** Number of orphans lost upstream; counted as `relay`. */
  readonly droppedOrphans?: number;
}
