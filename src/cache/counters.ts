import type { OrphanReason } from '../model/log-event.js';

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
export type SpanDropReason =
  | 'no_subscriber'
  | 'queue_full'
  | 'scope_excluded'
  | 'unsampled'
  | 'duplicate'
  | 'suppressed'
  | 'invalid'
  | 'relay'
  | 'shutdown';

/**
 * Why a held span was delivered before its time.
 *
 * - `evicted`: `maxParkedSpans` others were held
 * - `evicted_bytes`: what was kept was larger than `maxParkedBytes`
 */
export type EarlyReason = 'evicted' | 'evicted_bytes';

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
export type EventDropReason =
  | 'no_subscriber'
  | 'queue_full'
  | 'below_severity'
  | 'scope_excluded'
  | 'filtered'
  | 'event_limit'
  | 'late'
  | 'duplicate'
  | 'suppressed'
  | 'invalid'
  | 'relay'
  | 'shutdown';

/** What became of the spans. Plain fields: the hooks of the SDK count here. */
export class SpanCounters {
  received = 0;
  delivered = 0;
  amended = 0;
  /** Held spans that did not wait as long as they were to. */
  readonly early: Record<EarlyReason, number> = { evicted: 0, evicted_bytes: 0 };
  /** Delivered spans that events cannot amend any more, for want of bytes. */
  unamendable = 0;
  readonly dropped: Record<SpanDropReason, number> = {
    no_subscriber: 0,
    queue_full: 0,
    scope_excluded: 0,
    unsampled: 0,
    duplicate: 0,
    suppressed: 0,
    invalid: 0,
    relay: 0,
    shutdown: 0,
  };
}

/** What became of the log events. */
export class EventCounters {
  received = 0;
  merged = 0;
  readonly orphaned: Record<OrphanReason, number> = {
    no_span: 0,
    remote_parent: 0,
    unsampled: 0,
    scope_excluded: 0,
    late: 0,
    evicted: 0,
    evicted_bytes: 0,
    expired: 0,
    shutdown: 0,
  };
  readonly dropped: Record<EventDropReason, number> = {
    no_subscriber: 0,
    queue_full: 0,
    below_severity: 0,
    scope_excluded: 0,
    filtered: 0,
    event_limit: 0,
    late: 0,
    duplicate: 0,
    suppressed: 0,
    invalid: 0,
    relay: 0,
    shutdown: 0,
  };
}
