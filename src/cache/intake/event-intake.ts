import { trace, type Context, type Span } from '@opentelemetry/api';
import { isInSubscriber } from '../suppression.js';
import type { EventCounters, EventDropReason } from '../counters.js';
import type { ReadableLogRecord } from '../../model/otel.js';
import type { BoundedQueue } from '../queue/bounded-queue.js';
import type { SpanState } from '../reconcile/emitted-record.js';
import type { Driver } from '../driver/driver.js';
import type { EmittedRecordPool, Envelope } from '../driver/emitted-record-pool.js';
import type { FilterControl } from './filter/filter-control.js';
import type { ScopeFilter } from './filter/scope-filter.js';
import type { Gate } from './gate.js';
import type { IntakeParts } from './intake-parts.js';
import type { OwnSpans } from './own-spans.js';

/** The option `logRecords`. */
type Wanted = 'all' | 'events' | ((record: ReadableLogRecord) => boolean);

/**
 * Accepts log records, inside the application's `logger.emit()`.
 *
 * Looks up only the state that is lost afterwards: the context in which the record was emitted. An unreadable record is
 * counted as invalid.
 */
export class EventIntake {
  readonly #gate: Gate;
  readonly #queue: BoundedQueue<Envelope>;
  readonly #records: EmittedRecordPool;
  readonly #driver: Driver;
  readonly #counters: EventCounters;
  readonly #filter: FilterControl;
  readonly #own: OwnSpans;
  readonly #eventsOnly: boolean;
  readonly #isWanted: ((record: ReadableLogRecord) => boolean) | undefined;
  #filtering = false;

  constructor(parts: IntakeParts, wanted: Wanted) {
    this.#gate = parts.gate;
    this.#queue = parts.events;
    this.#records = parts.records;
    this.#driver = parts.driver;
    this.#counters = parts.eventCounters;
    this.#filter = parts.filter;
    this.#own = parts.own;
    this.#eventsOnly = wanted === 'events';
    this.#isWanted = typeof wanted === 'function' ? wanted : undefined;
  }

  /** Whether a record with this event name would be accepted now. */
  mayTake(eventName: string | undefined): boolean {
    return this.#gate.open && (!this.#eventsOnly || Boolean(eventName));
  }

  /** Accepts a record, or counts the reason for dropping it. `emittedIn` is the context passed to `onEmit`. */
  accept(record: ReadableLogRecord, emittedIn: Context | undefined): void {
    let refused: EventDropReason | undefined;
    try {
      refused = this.#admit(record, emittedIn);
    } catch {
      refused = 'invalid';
    }
    // Counted last: the filter may call stats(), whose sums must hold.
    this.#counters.received++;
    if (refused === undefined) this.#driver.wake();
    else this.#counters.dropped[refused]++;
  }

  /**
   * Queues the record, or returns the reason for dropping it. Throws the errors of its getters and of the filter
   * function.
   */
  #admit(record: ReadableLogRecord, emittedIn: Context | undefined): EventDropReason | undefined {
    if (!this.#gate.open) return this.#gate.closedReason;
    // Without this, a subscriber that logs would receive its own log lines, and log again.
    if (this.#driver.moving || this.#filtering) return 'suppressed';
    // A processor that is registered twice receives each record twice in a row.
    const { newest } = this.#queue;
    if (newest !== undefined && newest.record === record) return 'duplicate';
    const { inForce: filter } = this.#filter;
    const reason = filter?.dropReason(record);
    if (reason !== undefined) return reason;
    if (this.#eventsOnly && !record.eventName) return 'filtered';
    if (this.#isWanted !== undefined && !this.#passes(record, this.#isWanted)) return 'filtered';

    const span = emittedIn && trace.getSpan(emittedIn);
    if (this.#own.has(span)) return 'suppressed';
    const active = span?.spanContext();
    // A record emitted with `context: undefined` has no span context even if a span is active.
    const spanContext = record.spanContext ?? active;
    const spanState = spanContext === active ? stateOf(span, filter) : 'unknown';
    // Code awaited by a subscriber is not traced either: no span of the SDK is active in it.
    if (spanState === 'unknown' && emittedIn !== undefined && isInSubscriber(emittedIn)) {
      return 'suppressed';
    }
    const emitted = this.#records.acquire(record, spanContext, spanState);
    if (this.#queue.push(emitted)) return undefined;
    this.#records.release(emitted);
    return 'queue_full';
  }

  #passes(record: ReadableLogRecord, isWanted: (record: ReadableLogRecord) => boolean): boolean {
    this.#filtering = true;
    try {
      return isWanted(record);
    } finally {
      this.#filtering = false;
    }
  }
}

/** State of the record's span. A non-recording span that only carries ids is neither recording nor ended. */
function stateOf(span: Span | undefined, filter: ScopeFilter | undefined): SpanState {
  if (span === undefined) return 'unknown';
  if (filter?.isExcluded(span)) return 'excluded';
  if (span.isRecording()) return 'recording';
  return 'ended' in span && span.ended === true ? 'ended' : 'unknown';
}
