import type { SubscriptionStats } from '../fanout/subscriber.js';
import type { SpanCacheStats } from '../stats.js';

/** What the instruments read: all of it at the same moment. */
export interface Reading extends SpanCacheStats {
  /** The numbers of those that have unsubscribed. */
  readonly departed: readonly SubscriptionStats[];
}

/** A number, or one for each value of an attribute. */
export type Value = number | Readonly<Record<string, number>>;

export interface Instrument {
  readonly name: string;
  /** In UCUM, as the semantic conventions want it. */
  readonly unit: string;
  readonly description: string;
  /** The attribute whose values have a number each. */
  readonly by?: string;
  readonly read: (reading: Reading) => Value;
}

const SPAN = '{span}';
const EVENT = '{event}';
const BYTE = 'By';
const LOG_RECORD = '{log_record}';

const ERROR_TYPE = 'error.type';
const DROP_REASON = 'span_cache.drop.reason';
const ORPHAN_REASON = 'span_cache.orphan.reason';
const EARLY_REASON = 'span_cache.early.reason';
const KIND = 'span_cache.subscription.kind';

/** Has no attribute: in the standard metrics, what did not fail. */
export const NO_ATTRIBUTE = '';

/** Totals that only grow. Those named `otel.` are the standard ones of the SDK's processors. */
export const COUNTERS: readonly Instrument[] = [
  {
    name: 'otel.sdk.processor.span.processed',
    unit: SPAN,
    description: 'Spans that are through: delivered, or lost with an error.',
    by: ERROR_TYPE,
    read: ({ spans: { delivered, dropped } }) => ({
      [NO_ATTRIBUTE]: delivered,
      ...failures({ queue_full: dropped.queue_full, invalid: dropped.invalid }),
    }),
  },
  {
    name: 'otel.sdk.processor.log.processed',
    unit: LOG_RECORD,
    description: 'Log records that are through: on their span or orphaned, or lost with an error.',
    by: ERROR_TYPE,
    read: ({ events: { merged, orphaned, dropped } }) => ({
      [NO_ATTRIBUTE]: merged + Object.values(orphaned).reduce((sum, count) => sum + count, 0),
      ...failures({
        queue_full: dropped.queue_full,
        event_limit: dropped.event_limit,
        invalid: dropped.invalid,
      }),
    }),
  },
  {
    name: 'span_cache.span.received',
    unit: SPAN,
    description: 'Ended spans that came to the cache.',
    read: ({ spans }) => spans.received,
  },
  {
    name: 'span_cache.span.delivered',
    unit: SPAN,
    description: 'Spans handed to whoever was subscribed.',
    read: ({ spans }) => spans.delivered,
  },
  {
    name: 'span_cache.span.amended',
    unit: SPAN,
    description: 'Times that a span was delivered again, with late events.',
    read: ({ spans }) => spans.amended,
  },
  {
    name: 'span_cache.span.early',
    unit: SPAN,
    description: 'Held spans that were delivered before their time.',
    by: EARLY_REASON,
    read: ({ spans }) => spans.early,
  },
  {
    name: 'span_cache.span.unamendable',
    unit: SPAN,
    description: 'Delivered spans that late events cannot amend any more, for want of bytes.',
    read: ({ spans }) => spans.unamendable,
  },
  {
    name: 'span_cache.span.dropped',
    unit: SPAN,
    description: 'Spans that reached no subscriber.',
    by: DROP_REASON,
    read: ({ spans }) => spans.dropped,
  },
  {
    name: 'span_cache.event.received',
    unit: EVENT,
    description: 'Log records that came to the cache.',
    read: ({ events }) => events.received,
  },
  {
    name: 'span_cache.event.merged',
    unit: EVENT,
    description: 'Log events delivered with their span.',
    read: ({ events }) => events.merged,
  },
  {
    name: 'span_cache.event.orphaned',
    unit: EVENT,
    description: 'Log events that no span took in.',
    by: ORPHAN_REASON,
    read: ({ events }) => events.orphaned,
  },
  {
    name: 'span_cache.event.dropped',
    unit: EVENT,
    description: 'Log events that are neither on a span nor orphans.',
    by: DROP_REASON,
    read: ({ events }) => events.dropped,
  },
  {
    name: 'span_cache.subscription.delivered',
    unit: SPAN,
    description: 'Spans that subscribers took.',
    by: KIND,
    read: byKind(({ delivered }) => delivered),
  },
  {
    name: 'span_cache.subscription.dropped',
    unit: SPAN,
    description: 'Spans that subscribers lost because their buffer was full.',
    by: KIND,
    read: byKind(({ dropped }) => dropped),
  },
  {
    name: 'span_cache.subscription.dropped_by_bytes',
    unit: SPAN,
    description: 'Spans that subscribers lost because their buffer was full in bytes.',
    by: KIND,
    read: byKind(({ droppedByBytes }) => droppedByBytes),
  },
  {
    name: 'span_cache.subscription.dropped_orphans',
    unit: EVENT,
    description: 'Orphaned events that subscribers lost because their buffer was full.',
    by: KIND,
    read: byKind(({ droppedOrphans }) => droppedOrphans),
  },
  {
    name: 'span_cache.subscription.failed',
    unit: SPAN,
    description: 'Spans whose export failed.',
    by: KIND,
    read: byKind(({ failed }) => failed),
  },
  {
    name: 'span_cache.subscription.errors',
    unit: '{error}',
    description: 'Times that a callback or an export failed.',
    by: KIND,
    read: byKind(({ errors }) => errors),
  },
];

/** What there is at a moment. Those named `otel.` are the standard ones of the SDK's processors. */
export const SIZES: readonly Instrument[] = [
  {
    name: 'otel.sdk.processor.span.queue.size',
    unit: SPAN,
    description: 'Ended spans that wait in the queue.',
    read: ({ spans }) => spans.queued,
  },
  {
    name: 'otel.sdk.processor.log.queue.size',
    unit: LOG_RECORD,
    description: 'Log records that wait in the queue.',
    read: ({ events }) => events.queued,
  },
  {
    name: 'span_cache.span.queued',
    unit: SPAN,
    description: 'Ended spans that wait in the queue.',
    read: ({ spans }) => spans.queued,
  },
  {
    name: 'span_cache.span.held',
    unit: SPAN,
    description: 'Ended spans that wait for late events.',
    read: ({ spans }) => spans.held,
  },
  {
    name: 'span_cache.span.parked',
    unit: SPAN,
    description: 'Spans that have not come and whose events wait.',
    read: ({ parkedSpans }) => parkedSpans,
  },
  {
    name: 'span_cache.parked.size',
    unit: BYTE,
    description: 'About what parked events, held spans and spans that can be amended keep alive.',
    read: ({ parkedBytes }) => parkedBytes,
  },
  {
    name: 'span_cache.event.queued',
    unit: EVENT,
    description: 'Log events that wait in the queue.',
    read: ({ events }) => events.queued,
  },
  {
    name: 'span_cache.event.parked',
    unit: EVENT,
    description: 'Log events that wait for their span to end.',
    read: ({ events }) => events.parked,
  },
  {
    name: 'span_cache.event.held',
    unit: EVENT,
    description: 'Log events that wait with their span, which has ended, or until it is known whether they are late.',
    read: ({ events }) => events.held,
  },
  {
    name: 'span_cache.subscription.count',
    unit: '{subscription}',
    description: 'Subscriptions there are.',
    by: KIND,
    read: (reading) => ({
      ...sumByKind(reading.departed, () => 0),
      ...sumByKind(reading.subscriptions, () => 1),
    }),
  },
  {
    name: 'span_cache.subscription.queued',
    unit: SPAN,
    description: 'Spans that wait in the buffers of subscribers.',
    by: KIND,
    read: byKind(({ queued }) => queued),
  },
  {
    name: 'span_cache.subscription.queued_bytes',
    unit: 'By',
    description: 'Bytes that subscribers keep alive in their buffers and stores, estimated.',
    by: KIND,
    read: byKind(({ queuedBytes }) => queuedBytes),
  },
];

/** With `trackOpenSpans` only. */
export const OPEN_SPAN_COUNTERS: readonly Instrument[] = [
  {
    name: 'span_cache.span.forgotten',
    unit: SPAN,
    description: 'Open spans that are known no more, because too many others were open.',
    read: ({ openSpans }) => openSpans.forgotten,
  },
];

/** With `trackOpenSpans` only. */
export const OPEN_SPAN_SIZES: readonly Instrument[] = [
  {
    name: 'span_cache.span.open',
    unit: SPAN,
    description: 'Spans that have started and not ended.',
    read: ({ openSpans }) => openSpans.open,
  },
];

/** How many fit into the queues. */
export const CAPACITIES = [
  {
    name: 'otel.sdk.processor.span.queue.capacity',
    unit: SPAN,
    description: 'Ended spans that fit into the queue.',
  },
  {
    name: 'otel.sdk.processor.log.queue.capacity',
    unit: LOG_RECORD,
    description: 'Log records that fit into the queue.',
  },
] as const;

/** As with the SDK's processors, an error has no number before it happens. */
function failures(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** The sums over all subscribers, those that have left included. */
function byKind(field: (stats: SubscriptionStats) => number): Instrument['read'] {
  return ({ departed, subscriptions }) => sumByKind([...departed, ...subscriptions], field);
}

function sumByKind(
  all: readonly SubscriptionStats[],
  field: (stats: SubscriptionStats) => number,
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const stats of all) sums[stats.kind] = (sums[stats.kind] ?? 0) + field(stats);
  return sums;
}
