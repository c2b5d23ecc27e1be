import type { OrphanEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';

/** What another cache delivered, and what it lost. A `SpanBatch` is one. */
export interface ReceivedBatch {
  /** With their log events. An amended one has its `revision`. */
  readonly spans?: readonly DeliveredSpan[];
  readonly orphans?: readonly OrphanEvent[];
  /** Spans that were lost on the way. Counted as `relay`. */
  readonly dropped?: number;
  /** Orphans that were lost on the way. Counted as `relay`. */
  readonly droppedOrphans?: number;
}
