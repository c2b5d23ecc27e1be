import { ORPHAN_REASONS } from '../model/log-event.js';

/**
 * Why a span was dropped and reached no subscriber.
 *
 * - `no_subscriber`: nobody was subscribed
 * - `queue_full`: the span queue was full (`queueCapacity`)
 * - `scope_excluded`: `filter.scopes` excludes its instrumentation scope
 * - `unsampled`: it was recorded but not sampled, and `unsampledSpans` is false
 * - `duplicate`: it was delivered before, through another registration of the cache or through `receive()`
 * - `suppressed`: it was started by a subscriber or an exporter while processing spans
 * - `invalid`: its span context or its events cannot be read
 * - `relay`: it was lost by another cache that relays to this one, such as that of a worker thread
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
 * Why a log event was dropped: it is neither on a span nor an orphan.
 *
 * - `no_subscriber`: nobody was subscribed
 * - `queue_full`: the event queue was full (`queueCapacity`)
 * - `below_severity`: its severity is below `filter.minSeverity`
 * - `scope_excluded`: `filter.scopes` excludes its instrumentation scope
 * - `filtered`: the option `logRecords` excludes it
 * - `event_limit`: its span had `maxEventsPerSpan` newer events
 * - `late`: its span was delivered before, and `lateEvents` is `drop`
 * - `duplicate`: its span already has it, through another registration, through the event bridge, or as a recorded
 *   exception that was also logged
 * - `suppressed`: it was emitted by a subscriber, an exporter or the `logRecords` function while processing spans
 * - `invalid`: the record cannot be read, or the `logRecords` function threw
 * - `relay`: it was an orphan, lost by another cache that relays to this one, such as that of a worker thread
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

/** Plain fields, because the SDK's hooks increment them. */
export class SpanCounters {
  received = 0;
  delivered = 0;
  amended = 0;
  /** Held spans that were delivered early at a bound. */
  readonly early = zeros(['evicted', 'evicted_bytes']);
  /** Delivered spans that can no longer be amended, because of `maxParkedBytes`. */
  unamendable = 0;
  readonly dropped = zeros(SPAN_DROP_REASONS);
}

export class EventCounters {
  received = 0;
  merged = 0;
  readonly orphaned = zeros(ORPHAN_REASONS);
  readonly dropped = zeros(EVENT_DROP_REASONS);
}

function zeros<Reason extends string>(reasons: readonly Reason[]): Record<Reason, number> {
  return Object.fromEntries(reasons.map((reason) => [reason, 0])) as Record<Reason, number>;
}
