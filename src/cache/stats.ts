import type { EventDropReason, SpanDropReason } from './counters.js';
import type { SubscriptionStats } from './fanout/subscriber.js';
import type { OrphanReason } from '../model/log-event.js';

/**
 * What became of everything the cache received, since it was made.
 *
 * For spans: `received = queued + held + delivered + dropped`.
 * For events: `received = queued + parked + held + merged + orphaned + dropped`.
 */
export interface SpanCacheStats {
  readonly spans: {
    readonly received: number;
    /** Waiting for the driver. */
    readonly queued: number;
    /** Ended, and waiting for events that come late. */
    readonly held: number;
    /** Handed to whoever was subscribed. */
    readonly delivered: number;
    /** Delivered again, with events that came late. */
    readonly amended: number;
    /**
     * Held, but not as long as `holdMillis`: `evicted`, as `maxParkedSpans` others were held, or `evicted_bytes`, as more
     * than `maxParkedBytes` was kept.
     */
    readonly early: Readonly<Record<'evicted' | 'evicted_bytes', number>>;
    /** Delivered, and not to be amended by late events any more, for want of `maxParkedBytes`. */
    readonly unamendable: number;
    readonly dropped: Readonly<Record<SpanDropReason, number>>;
  };
  readonly events: {
    readonly received: number;
    /** Waiting for the driver. */
    readonly queued: number;
    /** Waiting for their span. */
    readonly parked: number;
    /** Waiting with their span, which has ended, or until it is known whether they are late. */
    readonly held: number;
    /** Delivered with their span. */
    readonly merged: number;
    readonly orphaned: Readonly<Record<OrphanReason, number>>;
    readonly dropped: Readonly<Record<EventDropReason, number>>;
  };
  /** Spans whose events wait. */
  readonly parkedSpans: number;
  /** About how many bytes parked events, held spans and spans that can be amended keep alive. */
  readonly parkedBytes: number;
  /** With `trackOpenSpans`: spans that have started and not ended, and those forgotten for want of room. */
  readonly openSpans: { readonly open: number; readonly forgotten: number };
  /** Those subscribed now, in the order they came. */
  readonly subscriptions: readonly SubscriptionStats[];
}
