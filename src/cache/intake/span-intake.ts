import type { SpanCounters, SpanDropReason } from '../counters.js';
import type { ReadableSpan } from '../../model/otel.js';
import type { BoundedQueue } from '../queue/bounded-queue.js';
import type { Driver } from '../driver/driver.js';
import type { FilterControl } from './filter/filter-control.js';
import type { Gate } from './gate.js';
import type { IntakeParts } from './intake-parts.js';
import type { OwnSpans } from './own-spans.js';

/**
 * Where ended spans enter, inside the application's `span.end()`: a few branches, a push, a flag.
 *
 * Nothing here reads the span, so nothing here can throw; only where the filter leaves scopes out, its scope
 * is read. A span processor that was registered twice hands over the same span twice in a row, which is noticed
 * here. Where the cache is both a span processor and an exporter, the second time may be seconds later: the reconciler
 * notices that.
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

  /** Whether nothing is taken in any more. */
  get shutDown(): boolean {
    return this.#gate.shutDown;
  }

  /** Takes in a span that has ended, or that another processor exports. Returns why not, if it does not. */
  accept(span: ReadableSpan): SpanDropReason | undefined {
    if (!this.#gate.open) return this.drop(this.#gate.closedReason);
    if (this.#own.has(span)) return this.drop('suppressed');
    if (span === this.#queue.newest && span !== undefined) return this.drop('duplicate');
    if (this.#filter.inForce?.isExcluded(span)) return this.drop('scope_excluded');
    if (!this.#queue.push(span)) return this.drop('queue_full');
    // Not before: whoever is called above may ask for the counters, which have to add up.
    this.#counters.received++;
    this.#driver.wake();
    return undefined;
  }

  /**
   * Takes in a span that another cache delivered. If it does not, returns why. Room is made for it: it is through
   * with a queue, and comes with as many others as the other cache had ready.
   */
  acceptReceived(span: ReadableSpan): SpanDropReason | undefined {
    if (this.#queue.size === this.#queue.capacity) this.#driver.flush();
    return this.accept(span);
  }

  /** Counts a span that is not taken in. */
  drop(reason: SpanDropReason): SpanDropReason {
    this.#counters.received++;
    this.#counters.dropped[reason]++;
    return reason;
  }
}
