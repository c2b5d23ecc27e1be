import type { OrphanEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';

/** One subscriber's numbers, as `stats()` shows them. */
export interface SubscriptionStats {
  readonly kind: 'iterator' | 'callback' | 'traces' | 'exporter' | 'store';
  /** Spans handed over to it. */
  readonly delivered: number;
  /** Spans it lost because its buffer was full; of a store: the oldest that gave way, and those it could not take. */
  readonly dropped: number;
  /** Of `dropped`, those that were lost to the bound in bytes. */
  readonly droppedByBytes: number;
  /** Orphaned events it lost, because its buffer was full. */
  readonly droppedOrphans: number;
  /** Spans in its buffer; of an exporter: those being exported too. */
  readonly queued: number;
  /**
   * About how many bytes the spans and orphans in its buffer keep alive; of an exporter: those being exported too; of
   * a store: the spans it has.
   */
  readonly queuedBytes: number;
  /** Spans whose export failed. */
  readonly failed: number;
  /** How often it failed: a callback that threw or rejected, an export that failed, a span that could not be read. */
  readonly errors: number;
}

/**
 * What the fan-out delivers to.
 *
 * A subscriber that runs foreign code catches and counts what that throws. Should it throw nevertheless, the
 * others still get their batch.
 */
export interface Subscriber {
  readonly wantsOrphans: boolean;
  /** Whether it has not got through what it was given, and waits for what only the event loop can bring. */
  readonly busy: boolean;
  deliverSpans(spans: readonly DeliveredSpan[]): void;
  /** Takes orphans over. Called only if it wants them. */
  deliverOrphans(orphans: readonly OrphanEvent[]): void;
  /** No more deliveries come: the cache shuts down. What is buffered may still be read. */
  end(): void;
  stats(): SubscriptionStats;
}
