import type { AsyncDisposable } from '../../support/disposable.js';
import type { Handle } from '../../support/handle.js';
import type { SpanBatch } from './span-batch.js';

/** What a subscription gets, and how much of it may wait. */
export interface SubscribeOptions {
  /**
   * How many spans may wait to be read; orphans count too. A batch that does not fit is lost whole and
   * counted. An integer from 1. Default 4,096.
   */
  capacity?: number;
  /**
   * How many bytes the spans and orphans that wait to be read may keep alive, estimated. A batch that does not fit is
   * lost whole and counted. An integer from 1. Default 67,108,864, which is 64 MiB.
   */
  maxBytes?: number;
  /** Whether log events that no span took in are delivered too. Default false. */
  orphans?: boolean;
}

/**
 * A live subscription that is read when its owner likes: by a loop, or batch by batch.
 *
 * ```ts
 * for await (const { spans } of subscription) …   // leaving the loop closes the subscription
 * ```
 *
 * When the cache shuts down, the loop first gets what is still buffered, then ends. Closing forgets what was not read.
 */
export interface Subscription extends Handle, AsyncDisposable, AsyncIterable<SpanBatch> {
  /** Everything that is there now in one batch, or undefined. Never waits. */
  take(): SpanBatch | undefined;
}

/** An exporter attached to the cache. Works with `await using`; `using` closes it too, and waits for nothing. */
export interface ExporterHandle extends Handle, AsyncDisposable {
  /**
   * Exports everything delivered so far. Never rejects: failures are counted and reported. Begins no export
   * later than `exportTimeoutMillis` from now; what is left then stays queued.
   */
  forceFlush(): Promise<void>;
  /** Takes no more spans, exports those it has, then shuts the exporter down. Never rejects. */
  // oxlint-disable-next-line typescript/no-misused-promises -- a handle that may be awaited, and need not be
  close(): Promise<void>;
}
