import type { OrphanEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';

/** The counters of one subscriber, part of `cache.stats()`. */
export interface SubscriptionStats {
  readonly kind: 'iterator' | 'callback' | 'traces' | 'exporter' | 'store';
  /** Spans handed to the subscriber. */
  readonly delivered: number;
  /**
   * Spans dropped because the buffer was full. For traces and stores, also unreadable spans; for stores, also
   * spans evicted or too large.
   */
  readonly dropped: number;
  /** The part of `dropped` that is due to the bound in bytes. */
  readonly droppedByBytes: number;
  /** Orphaned events dropped because the buffer was full. */
  readonly droppedOrphans: number;
  /** Spans in the buffer. For an exporter: including the spans being exported. */
  readonly queued: number;
  /**
   * Estimated bytes that the buffered spans and orphans keep alive. For an exporter: including the spans being exported.
   * For a store: the bytes of its spans.
   */
  readonly queuedBytes: number;
  /** Spans whose export failed. */
  readonly failed: number;
  /** Failures: callbacks that threw or rejected, failed calls of the exporter, and unreadable spans. */
  readonly errors: number;
}

/**
 * A receiver of batches from the fan-out.
 *
 * A subscriber that runs foreign code catches and counts its exceptions. If one escapes nevertheless, the other
 * subscribers still get their batch.
 */
export interface Subscriber {
  readonly wantsOrphans: boolean;
  /** Whether another batch would only wait in its buffer until the event loop turns. */
  readonly busy: boolean;
  deliverSpans(spans: readonly DeliveredSpan[]): void;
  /** Called only if `wantsOrphans` is set. */
  deliverOrphans(orphans: readonly OrphanEvent[]): void;
  /** Called when the cache shuts down, after the last delivery. Buffered batches can still be read. */
  end(): void;
  stats(): SubscriptionStats;
}
