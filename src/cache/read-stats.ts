import type { EventCounters, SpanCounters } from './counters.js';
import type { FanOut } from './fanout/fan-out.js';
import type { OpenSpans } from './reconcile/open-spans.js';
import type { Reconciler } from './reconcile/reconciler.js';
import type { SpanCacheStats } from './stats.js';

interface Counted {
  readonly spans: { readonly size: number };
  readonly events: { readonly size: number };
  readonly spanCounters: SpanCounters;
  readonly eventCounters: EventCounters;
}

/** Returns a copy of the current counters and sizes of a cache. */
export function readStats(
  { spans, events, spanCounters, eventCounters }: Counted,
  reconciler: Reconciler,
  openSpans: OpenSpans | undefined,
  fanOut: FanOut,
): SpanCacheStats {
  return {
    spans: {
      received: spanCounters.received,
      queued: spans.size,
      held: reconciler.heldSpans,
      delivered: spanCounters.delivered,
      amended: spanCounters.amended,
      early: { ...spanCounters.early },
      unamendable: spanCounters.unamendable,
      dropped: { ...spanCounters.dropped },
    },
    events: {
      received: eventCounters.received,
      queued: events.size,
      parked: reconciler.parkedEvents,
      held: reconciler.heldEvents,
      merged: eventCounters.merged,
      orphaned: { ...eventCounters.orphaned },
      dropped: { ...eventCounters.dropped },
    },
    parkedSpans: reconciler.parkedSpans,
    parkedBytes: reconciler.kept.size,
    openSpans: { open: openSpans?.size ?? 0, forgotten: openSpans?.forgotten ?? 0 },
    subscriptions: fanOut.stats(),
  };
}
