import type { SpanCounters, SpanDropReason } from '../counters.js';
import type { ReadableSpan } from '../../model/otel.js';
import type { BoundedQueue } from '../queue/bounded-queue.js';
import type { Driver } from '../driver/driver.js';
import type { FilterControl } from './filter/filter-control.js';
import type { Gate } from './gate.js';
import type { IntakeParts } from './intake-parts.js';
import type { OwnSpans } from './own-spans.js';

/**
 * Accepts ended spans, inside the application's `span.end()`: a few branches, a push, a flag.
 *
 * Reads no member of the span, except its scope while the filter excludes scopes, so it cannot throw. A span processor
 * that is registered twice passes the same span twice in a row; this is detected here. A duplicate through `exporter`
 * may arrive seconds later; the reconciler detects that one.
 */
export class SpanIntake {
  readonly #gate: Gate;
  readonly #queue: BoundedQueue<ReadableSpan>;
  readonly #driver: Driver;
  readonly #counters: SpanCounters;
  readonly #filter: FilterControl;
  readonly #own: OwnSpans;

  constructor(parts: IntakeParts) {
    this.#gate = parts.gate;
    this.#queue = parts.spans;
    this.#driver = parts.driver;
    this.#counters = parts.spanCounters;
    this.#filter = parts.filter;
    this.#own = parts.own;
  }

  /** Whether the cache has been shut down. */
  get shutDown(): boolean {
    return this.#gate.shutDown;
  }

  /** Accepts a span that has ended or that another processor exports. Returns the reason if it is dropped. */
  accept(span: ReadableSpan): SpanDropReason | undefined {
    if (!this.#gate.open) return this.drop(this.#gate.closedReason);
    if (this.#own.has(span)) return this.drop('suppressed');
    if (span === this.#queue.newest && span !== undefined) return this.drop('duplicate');
    if (this.#filter.inForce?.isExcluded(span)) return this.drop('scope_excluded');
    if (!this.#queue.push(span)) return this.drop('queue_full');
    // Counted last: the code called above may call stats(), whose sums must hold.
    this.#counters.received++;
    this.#driver.wake();
    return undefined;
  }

  /**
   * Accepts a span that another cache delivered. Returns the reason if it is dropped. A full queue is flushed first,
   * because the span has already passed a queue and arrives in a burst of others.
   */
  acceptReceived(span: ReadableSpan): SpanDropReason | undefined {
    if (this.#queue.size === this.#queue.capacity) this.#driver.flush();
    return this.accept(span);
  }

  drop(reason: SpanDropReason): SpanDropReason {
    this.#counters.received++;
    this.#counters.dropped[reason]++;
    return reason;
  }
}
