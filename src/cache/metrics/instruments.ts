import { ERROR_TYPE } from '../../model/semconv.js';
import type { SubscriptionStats } from '../fanout/subscriber.js';
import type { SpanCacheStats } from '../stats.js';

/** What the instruments read: all of it at the same moment. */
export interface Reading extends SpanCacheStats {
  /** The numbers of those that have unsubscribed. */
  readonly departed: readonly SubscriptionStats[];
}

export interface Instrument {
  readonly name: string;
  /** In UCUM, as the semantic conventions want it. */
  readonly unit: string;
  readonly description: string;
  /** The attribute whose values have a number each. */
  readonly by: string | undefined;
  /** A number, or one for each value of an attribute. */
  readonly read: (reading: Reading) => number | Readonly<Record<string, number>>;
}

const SPAN = '{span}';
const EVENT = '{event}';
const BYTE = 'By';
const LOG_RECORD = '{log_record}';

const DROP_REASON = 'span_cache.drop.reason';
const ORPHAN_REASON = 'span_cache.orphan.reason';
const EARLY_REASON = 'span_cache.early.reason';
const KIND = 'span_cache.subscription.kind';

function of(name: string, unit: string, description: string, read: Instrument['read'], by?: string): Instrument {
  return { name, unit, description, read, by };
}

/** Has no attribute: in the standard metrics, what did not fail. */
export const NO_ATTRIBUTE = '';

/** Totals that only grow. Those named `otel.` are the standard ones of the SDK's processors. */
export const COUNTERS: readonly Instrument[] = [
  of('otel.sdk.processor.span.processed', SPAN, 'Spans that are through: delivered, or lost with an error.', processedSpans, ERROR_TYPE),
  of('otel.sdk.processor.log.processed', LOG_RECORD, 'Log records that are through: on their span or orphaned, or lost with an error.',
    processedEvents, ERROR_TYPE),
  of('span_cache.span.received', SPAN, 'Ended spans that came to the cache.', ({ spans }) => spans.received),
  of('span_cache.span.delivered', SPAN, 'Spans handed to whoever was subscribed.', ({ spans }) => spans.delivered),
  of('span_cache.span.amended', SPAN, 'Times that a span was delivered again, with late events.', ({ spans }) => spans.amended),
  of('span_cache.span.early', SPAN, 'Held spans that were delivered before their time.', ({ spans }) => spans.early, EARLY_REASON),
  of('span_cache.span.unamendable', SPAN, 'Delivered spans that late events cannot amend any more, for want of bytes.',
    ({ spans }) => spans.unamendable),
  of('span_cache.span.dropped', SPAN, 'Spans that reached no subscriber.', ({ spans }) => spans.dropped, DROP_REASON),
  of('span_cache.event.received', EVENT, 'Log records that came to the cache.', ({ events }) => events.received),
  of('span_cache.event.merged', EVENT, 'Log events delivered with their span.', ({ events }) => events.merged),
  of('span_cache.event.orphaned', EVENT, 'Log events that no span took in.', ({ events }) => events.orphaned, ORPHAN_REASON),
  of('span_cache.event.dropped', EVENT, 'Log events that are neither on a span nor orphans.', ({ events }) => events.dropped, DROP_REASON),
  of('span_cache.subscription.delivered', SPAN, 'Spans that subscribers took.', byKind(({ delivered }) => delivered), KIND),
  of('span_cache.subscription.dropped', SPAN, 'Spans that subscribers lost because their buffer was full.',
    byKind(({ dropped }) => dropped), KIND),
  of('span_cache.subscription.dropped_by_bytes', SPAN, 'Spans that subscribers lost because their buffer was full in bytes.',
    byKind(({ droppedByBytes }) => droppedByBytes), KIND),
  of('span_cache.subscription.dropped_orphans', EVENT, 'Orphaned events that subscribers lost because their buffer was full.',
    byKind(({ droppedOrphans }) => droppedOrphans), KIND),
  of('span_cache.subscription.failed', SPAN, 'Spans whose export failed.', byKind(({ failed }) => failed), KIND),
  of('span_cache.subscription.errors', '{error}', 'Times that a callback or an export failed.', byKind(({ errors }) => errors), KIND),
];

/** What there is at a moment. Those named `otel.` are the standard ones of the SDK's processors. */
export const SIZES: readonly Instrument[] = [
  of('otel.sdk.processor.span.queue.size', SPAN, 'Ended spans that wait in the queue.', ({ spans }) => spans.queued),
  of('otel.sdk.processor.log.queue.size', LOG_RECORD, 'Log records that wait in the queue.', ({ events }) => events.queued),
  of('span_cache.span.queued', SPAN, 'Ended spans that wait in the queue.', ({ spans }) => spans.queued),
  of('span_cache.span.held', SPAN, 'Ended spans that wait for late events.', ({ spans }) => spans.held),
  of('span_cache.span.parked', SPAN, 'Spans that have not come and whose events wait.', ({ parkedSpans }) => parkedSpans),
  of('span_cache.parked.size', BYTE, 'About what parked events, held spans and spans that can be amended keep alive.',
    ({ parkedBytes }) => parkedBytes),
  of('span_cache.event.queued', EVENT, 'Log events that wait in the queue.', ({ events }) => events.queued),
  of('span_cache.event.parked', EVENT, 'Log events that wait for their span to end.', ({ events }) => events.parked),
  of('span_cache.event.held', EVENT, 'Log events that wait with their span, which has ended, or until it is known whether they are late.',
    ({ events }) => events.held),
  of('span_cache.subscription.count', '{subscription}', 'Subscriptions there are.',
    ({ departed, subscriptions }) => ({ ...sumByKind(departed, () => 0), ...sumByKind(subscriptions, () => 1) }), KIND),
  of('span_cache.subscription.queued', SPAN, 'Spans that wait in the buffers of subscribers.', byKind(({ queued }) => queued), KIND),
  of('span_cache.subscription.queued_bytes', BYTE, 'Bytes that subscribers keep alive in their buffers and stores, estimated.',
    byKind(({ queuedBytes }) => queuedBytes), KIND),
];

/** With `trackOpenSpans` only. */
export const FORGOTTEN_SPANS = of('span_cache.span.forgotten', SPAN,
  'Open spans that are known no more, because too many others were open.', ({ openSpans }) => openSpans.forgotten);
export const OPEN_SPANS = of('span_cache.span.open', SPAN, 'Spans that have started and not ended.', ({ openSpans }) => openSpans.open);

/** How many fit into the queues. */
export const CAPACITIES = [
  { name: 'otel.sdk.processor.span.queue.capacity', unit: SPAN, description: 'Ended spans that fit into the queue.' },
  { name: 'otel.sdk.processor.log.queue.capacity', unit: LOG_RECORD, description: 'Log records that fit into the queue.' },
] as const;

function processedSpans({ spans: { delivered, dropped } }: Reading): ReturnType<Instrument['read']> {
  return { [NO_ATTRIBUTE]: delivered, ...failures({ queue_full: dropped.queue_full, invalid: dropped.invalid }) };
}

function processedEvents({ events: { merged, orphaned, dropped } }: Reading): ReturnType<Instrument['read']> {
  const { queue_full, event_limit, invalid } = dropped;
  const through = merged + Object.values(orphaned).reduce((sum, count) => sum + count, 0);
  return { [NO_ATTRIBUTE]: through, ...failures({ queue_full, event_limit, invalid }) };
}

/** As with the SDK's processors, an error has no number before it happens. */
function failures(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** The sums over all subscribers, those that have left included. */
function byKind(field: (stats: SubscriptionStats) => number): Instrument['read'] {
  return ({ departed, subscriptions }) => sumByKind([...departed, ...subscriptions], field);
}

function sumByKind(all: readonly SubscriptionStats[], field: (stats: SubscriptionStats) => number): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const stats of all) sums[stats.kind] = (sums[stats.kind] ?? 0) + field(stats);
  return sums;
}
