import type { AsyncDisposable } from '../../support/disposable.js';
import type { Handle } from '../../support/handle.js';
import type { SpanBatch } from './span-batch.js';

/** The contents and the buffer size of a subscription. */
export interface SubscribeOptions {
  /**
   * Spans and orphans that may wait to be read. A batch that does not fit is dropped whole and counted; an empty buffer
   * keeps the part of a larger batch that fits. An integer from 1. Default 4,096.
   */
  capacity?: number;
  /**
   * Estimated bytes that the waiting spans and orphans may keep alive. Batches are dropped as for `capacity`. An
   * integer from 1. Default 67,108,864 (64 MiB).
   */
  maxBytes?: number;
  /** Whether log events that could be attached to no span are delivered too. Default false. */
  orphans?: boolean;
}

/**
 * A live subscription that is read at the caller's pace, with a loop or batch by batch.
 *
 * ```ts
 * for await (const { spans } of subscription) …   // leaving the loop closes the subscription
 * ```
 *
 * When the cache shuts down, the loop receives the batches that are still buffered, then ends. `close()` discards them.
 */
export interface Subscription extends Handle, AsyncDisposable, AsyncIterable<SpanBatch> {
  /** Returns everything buffered as one batch, or undefined if the buffer is empty. Never waits. */
  take(): SpanBatch | undefined;
}

/** An exporter attached to the cache. Works with `await using`; with `using`, it is closed but not awaited. */
export interface ExporterHandle extends Handle, AsyncDisposable {
  /**
   * Exports everything delivered so far, then calls the exporter's own `forceFlush()`. Never rejects: failures are
   * counted and reported through `diag`. No export begins later than `exportTimeoutMillis` after the call; the spans
   * left by then stay queued.
   */
  forceFlush(): Promise<void>;
  /**
   * Accepts no more spans, exports the queued ones, then shuts the exporter down. Spans whose export has not begun
   * `exportTimeoutMillis` after the call are counted as failed. Idempotent; never rejects.
   */
  // oxlint-disable-next-line typescript/no-misused-promises -- awaiting this is optional
  close(): Promise<void>;
}
