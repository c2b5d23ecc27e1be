import { ORPHAN_REASONS } from '../model/log-event.js';

/**
 * Why a span reaches no subscriber.
 *
 * - `no_subscriber`: nobody was subscribed
 * - `queue_full`: the span queue held `queueCapacity` spans
 * - `scope_excluded`: `filter.scopes` leaves its instrumentation scope out
 * - `unsampled`: it was recorded without being sampled, and `unsampledSpans` is off
 * - `duplicate`: it was delivered before, through another registration of the cache, or came by `receive()` before
 * - `suppressed`: a subscriber or an exporter started it at its work
 * - `invalid`: its span context or its events cannot be read
 * - `relay`: another cache, from which it was to come by `receive()`, lost it
 * - `shutdown`: it ended after `shutdown()`
 */
export type SpanDropReason = (typeof SPAN_DROP_REASONS)[number];

const SPAN_DROP_REASONS = [
  'no_subscriber',
  'queue_full',
  'scope_excluded',
  'unsampled',
  'duplicate',
  'suppressed',
  'invalid',
  'relay',
  'shutdown',
] as const;

/**
 * Why a log event is neither on a span nor an orphan.
 *
 * - `no_subscriber`: nobody was subscribed
 * - `queue_full`: the event queue held `queueCapacity` events
 * - `below_severity`: its severity is below `filter.minSeverity`
 * - `scope_excluded`: `filter.scopes` leaves its instrumentation scope out
 * - `filtered`: the option `logRecords` leaves it out
 * - `event_limit`: its span had `maxEventsPerSpan` newer ones
 * - `late`: its span was delivered before, and `lateEvents` is `drop`
 * - `duplicate`: the span has it already: through another registration, through the event bridge, or
 *   as an exception that was recorded on the span and logged too
 * - `suppressed`: a subscriber, an exporter or the `logRecords` function emitted it at its work
 * - `invalid`: the record cannot be read, or the `logRecords` function threw
 * - `relay`: another cache, from which it was to come by `receive()` as an orphan, lost it
 * - `shutdown`: it was emitted after `shutdown()`
 */
export type EventDropReason = (typeof EVENT_DROP_REASONS)[number];

const EVENT_DROP_REASONS = [
  'no_subscriber',
  'queue_full',
  'below_severity',
  'scope_excluded',
  'filtered',
  'event_limit',
  'late',
  'duplicate',
  'suppressed',
  'invalid',
  'relay',
  'shutdown',
] as const;

/** What became of the spans. Plain fields: the hooks of the SDK count here. */
export class SpanCounters {
  received = 0;
  delivered = 0;
  amended = 0;
  /** Held spans that did not wait as long as they were to. */
  readonly early = zeros(['evicted', 'evicted_bytes']);
  /** Delivered spans that events cannot amend any more, for want of bytes. */
  unamendable = 0;
  readonly dropped = zeros(SPAN_DROP_REASONS);
}

/** What became of the log events. */
export class EventCounters {
  received = 0;
  merged = 0;
  readonly orphaned = zeros(ORPHAN_REASONS);
  readonly dropped = zeros(EVENT_DROP_REASONS);
}

function zeros<Reason extends string>(reasons: readonly Reason[]): Record<Reason, number> {
  return Object.fromEntries(reasons.map((reason) => [reason, 0])) as Record<Reason, number>;
}
