import type { EventDropReason, SpanDropReason } from './counters.js';
import type { SubscriptionStats } from './fanout/subscriber.js';
import type { OrphanReason } from '../model/log-event.js';

/**
 * Counters since the cache was created, and current sizes. An event is *parked* while its span has not ended; a span is
 * *held* when it has ended and waits for late events.
 *
 * These sums hold at any time:
 *
 * - spans: `received = queued + held + delivered + dropped`
 * - events: `received = queued + parked + held + merged + orphaned + dropped`
 */
export interface SpanCacheStats {
  readonly spans: {
    readonly received: number;
    /** Waiting in the queue. */
    readonly queued: number;
    /** Ended, and held for late events. */
    readonly held: number;
    /** Delivered to the subscribers; each span counts once, however many there are. */
    readonly delivered: number;
    /** Repeat deliveries of a span with late events. */
    readonly amended: number;
    /**
     * Held spans delivered early at a bound: `maxParkedSpans` (`evicted`) or `maxParkedBytes` (`evicted_bytes`).
     */
    readonly early: Readonly<Record<'evicted' | 'evicted_bytes', number>>;
    /** Delivered spans that late events can no longer amend, because of `maxParkedBytes`. */
    readonly unamendable: number;
    readonly dropped: Readonly<Record<SpanDropReason, number>>;
  };
  readonly events: {
    readonly received: number;
    /** Waiting in the queue. */
    readonly queued: number;
    /** Waiting for their span to end. */
    readonly parked: number;
    /** Waiting with a held span, or for the decision whether they are late. */
    readonly held: number;
    /** Delivered with their span. */
    readonly merged: number;
    readonly orphaned: Readonly<Record<OrphanReason, number>>;
    readonly dropped: Readonly<Record<EventDropReason, number>>;
  };
  /** Spans for which events are parked. */
  readonly parkedSpans: number;
  /** Estimated bytes kept alive by parked events, held spans and amendable spans. */
  readonly parkedBytes: number;
  /** With `trackOpenSpans`: spans that are open now, and spans forgotten at a bound while they were open. */
  readonly openSpans: { readonly open: number; readonly forgotten: number };
  /** Current subscribers, in the order in which they subscribed. */
  readonly subscriptions: readonly SubscriptionStats[];
}
