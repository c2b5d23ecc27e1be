import type { SpanRow } from './span-row.js';

/** A trace, or a part of one, that has finished in the sense of `subscribeToTraces()`. Immutable. */
export interface TraceRow {
  /** Ascending by completion, unique within an epoch. A later part of the same trace has an id of its own. */
  readonly id: number;
  readonly traceId: string;
  /** False if its local root had not ended in time, or an earlier part exists. */
  readonly complete: boolean;
  /** The local root; in a part without one, the span that started first. */
  readonly root: SpanRow;
  /** In start order, parents before children. */
  readonly spans: readonly SpanRow[];
  /** The first start, in milliseconds since the Unix epoch. */
  readonly start: number;
  /** Milliseconds from the first start to the last end. */
  readonly duration: number;
  readonly failed: number;
  readonly logs: number;
}
