import { ERROR_TYPE } from '../../model/semconv.js';
import type { SubscriptionStats } from '../fanout/subscriber.js';
import type { SpanCacheStats } from '../stats.js';

/** The input of all instruments, read at one moment. */
export interface Reading extends SpanCacheStats {
  /** The counters of subscribers that have unsubscribed. */
  readonly departed: readonly SubscriptionStats[];
}

export interface Instrument {
  readonly name: string;
  /** In UCUM, as required by the semantic conventions. */
  readonly unit: string;
  readonly description: string;
  /** The attribute that distinguishes the numbers; undefined for a single number. */
  readonly by: string | undefined;
  /** Returns a number, or one for each value of the attribute. */
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

/** Sums a field over all subscribers of each kind, including departed ones. */
function perKind(
  name: string,
  unit: string,
  description: string,
  field: Exclude<keyof SubscriptionStats, 'kind'>,
): Instrument {
  const read = ({ departed, subscriptions }: Reading) =>
    sumByKind([...departed, ...subscriptions], (stats) => stats[field]);
  return of(name, unit, description, read, KIND);
}

/** Key of a number without an attribute. In the standard metrics, the number of items without an error. */
export const NO_ATTRIBUTE = '';

/** Monotonic totals. The metrics named `otel.` are the standard ones of the SDK's processors. */
export const COUNTERS: readonly Instrument[] = [
  of(
    'otel.sdk.processor.span.processed',
    SPAN,
    'Spans that were delivered, or lost with an error.',
    processedSpans,
    ERROR_TYPE,
  ),
  of(
    'otel.sdk.processor.log.processed',
    LOG_RECORD,
    'Log records that were merged or orphaned, or lost with an error.',
    processedEvents,
    ERROR_TYPE,
  ),
  of('span_cache.span.received', SPAN, 'Ended spans received by the cache.', ({ spans }) => spans.received),
  of('span_cache.span.delivered', SPAN, 'Spans delivered to the subscribers.', ({ spans }) => spans.delivered),
  of('span_cache.span.amended', SPAN, 'Repeat deliveries of a span with late events.', ({ spans }) => spans.amended),
  of('span_cache.span.early', SPAN, 'Held spans delivered early at a cap.', ({ spans }) => spans.early, EARLY_REASON),
  of(
    'span_cache.span.unamendable',
    SPAN,
    'Delivered spans that late events can no longer amend, because of maxParkedBytes.',
    ({ spans }) => spans.unamendable,
  ),
  of('span_cache.span.dropped', SPAN, 'Spans that reached no subscriber.', ({ spans }) => spans.dropped, DROP_REASON),
  of('span_cache.event.received', EVENT, 'Log records received by the cache.', ({ events }) => events.received),
  of('span_cache.event.merged', EVENT, 'Log events delivered with their span.', ({ events }) => events.merged),
  of(
    'span_cache.event.orphaned',
    EVENT,
    'Log events that could not be merged into a span.',
    ({ events }) => events.orphaned,
    ORPHAN_REASON,
  ),
  of('span_cache.event.dropped', EVENT, 'Log events that were dropped.', ({ events }) => events.dropped, DROP_REASON),
  perKind('span_cache.subscription.delivered', SPAN, 'Spans delivered to subscribers.', 'delivered'),
  perKind(
    'span_cache.subscription.dropped',
    SPAN,
    'Spans that were unreadable, evicted, or lost to a full buffer.',
    'dropped',
  ),
  perKind(
    'span_cache.subscription.dropped_by_bytes',
    SPAN,
    'Spans lost because a buffer was full in bytes.',
    'droppedByBytes',
  ),
  perKind(
    'span_cache.subscription.dropped_orphans',
    EVENT,
    'Orphans lost because a buffer was full.',
    'droppedOrphans',
  ),
  perKind('span_cache.subscription.failed', SPAN, 'Spans whose export failed.', 'failed'),
  perKind('span_cache.subscription.errors', '{error}', 'Failures of callbacks and exports.', 'errors'),
];

/** Current sizes. The metrics named `otel.` are the standard ones of the SDK's processors. */
export const SIZES: readonly Instrument[] = [
  of('otel.sdk.processor.span.queue.size', SPAN, 'Ended spans that wait in the queue.', ({ spans }) => spans.queued),
  of(
    'otel.sdk.processor.log.queue.size',
    LOG_RECORD,
    'Log records that wait in the queue.',
    ({ events }) => events.queued,
  ),
  of('span_cache.span.queued', SPAN, 'Ended spans that wait in the queue.', ({ spans }) => spans.queued),
  of('span_cache.span.held', SPAN, 'Ended spans that are held for late events.', ({ spans }) => spans.held),
  of('span_cache.span.parked', SPAN, 'Spans for which events are parked.', ({ parkedSpans }) => parkedSpans),
  of(
    'span_cache.parked.size',
    BYTE,
    'Estimated size of parked events, held spans and amendable spans.',
    ({ parkedBytes }) => parkedBytes,
  ),
  of('span_cache.event.queued', EVENT, 'Log events that wait in the queue.', ({ events }) => events.queued),
  of('span_cache.event.parked', EVENT, 'Log events that wait for their span to end.', ({ events }) => events.parked),
  of(
    'span_cache.event.held',
    EVENT,
    'Log events that wait with a held span, or for the decision whether they are late.',
    ({ events }) => events.held,
  ),
  of(
    'span_cache.subscription.count',
    '{subscription}',
    'Current subscriptions.',
    ({ departed, subscriptions }) => ({ ...sumByKind(departed, () => 0), ...sumByKind(subscriptions, () => 1) }),
    KIND,
  ),
  perKind('span_cache.subscription.queued', SPAN, 'Spans that wait in buffers of subscribers.', 'queued'),
  perKind('span_cache.subscription.queued_bytes', BYTE, 'Estimated size of buffers and stores.', 'queuedBytes'),
];

/** Created only with `trackOpenSpans`. */
export const FORGOTTEN_SPANS = of(
  'span_cache.span.forgotten',
  SPAN,
  'Open spans that were forgotten because they were too many or too large.',
  ({ openSpans }) => openSpans.forgotten,
);
export const OPEN_SPANS = of(
  'span_cache.span.open',
  SPAN,
  'Spans that have started but not ended.',
  ({ openSpans }) => openSpans.open,
);

export const CAPACITIES = [
  { name: 'otel.sdk.processor.span.queue.capacity', unit: SPAN, description: 'Capacity of the span queue.' },
  {
    name: 'otel.sdk.processor.log.queue.capacity',
    unit: LOG_RECORD,
    description: 'Capacity of the log record queue.',
  },
] as const;

function processedSpans({ spans: { delivered, dropped } }: Reading): ReturnType<Instrument['read']> {
  return { [NO_ATTRIBUTE]: delivered, ...failures({ queue_full: dropped.queue_full, invalid: dropped.invalid }) };
}

function processedEvents({ events: { merged, orphaned, dropped } }: Reading): ReturnType<Instrument['read']> {
  const { queue_full, event_limit, invalid } = dropped;
  const through = merged + Object.values(orphaned).reduce((sum, count) => sum + count, 0);
  return { [NO_ATTRIBUTE]: through, ...failures({ queue_full, event_limit, invalid }) };
}

/** Like the SDK's processors, reports an error type only after it occurred. */
function failures(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

function sumByKind(
  all: readonly SubscriptionStats[],
  field: (stats: SubscriptionStats) => number,
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const stats of all) sums[stats.kind] = (sums[stats.kind] ?? 0) + field(stats);
  return sums;
}
