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
 * is read. A span processor that was registered twice hands over the same span twice in a row, which is seen here. Where the cache is both a span processor and an
 * exporter, the second time may be seconds later: the reconciler is told to look out for it.
 */
export class SpanIntake {
  readonly #gate: Gate;
  readonly #queue: BoundedQueue<ReadableSpan>;
  readonly #driver: Driver;
  readonly #counters: SpanCounters;
  readonly #filter: FilterControl;
  readonly #own: OwnSpans;
  readonly #spansMayRepeat: () => void;
  /** By which ways spans have come in. */
  #ended = false;
  #exported = false;

  /** @param spansMayRepeat called when spans have come in both ways */
  constructor(parts: IntakeParts, spansMayRepeat: () => void) {
    this.#gate = parts.gate;
    this.#queue = parts.spans;
    this.#driver = parts.driver;
    this.#counters = parts.spanCounters;
    this.#filter = parts.filter;
    this.#own = parts.own;
    this.#spansMayRepeat = spansMayRepeat;
  }

  /** Whether nothing is taken in any more. */
  get shutDown(): boolean {
    return this.#gate.shutDown;
  }

  /** Takes in a span that has ended. */
  acceptEnded(span: ReadableSpan): void {
    if (!this.#ended) {
      this.#ended = true;
      if (this.#exported) this.#spansMayRepeat();
    }
    this.#accept(span);
  }

  /** Takes in a span that another processor exports. If it does not, returns why. */
  acceptExported(span: ReadableSpan): SpanDropReason | undefined {
    if (!this.#exported) {
      this.#exported = true;
      if (this.#ended) this.#spansMayRepeat();
    }
    return this.#accept(span);
  }

  /**
   * Takes in a span that another cache delivered. If it does not, returns why. Room is made for it: it is through
   * with a queue, and comes with as many others as the other cache had ready.
   */
  acceptReceived(span: ReadableSpan): SpanDropReason | undefined {
    if (this.#queue.size === this.#queue.capacity) this.#driver.flush();
    return this.#accept(span);
  }

  /** Counts a span that another cache delivered, and that is not taken in. */
  refuseReceived(reason: SpanDropReason): void {
    this.#counters.received++;
    this.#drop(reason);
  }

  #accept(span: ReadableSpan): SpanDropReason | undefined {
    this.#counters.received++;
    if (!this.#gate.open) return this.#drop(this.#gate.closedReason);
    if (this.#own.has(span)) return this.#drop('suppressed');
    if (span === this.#queue.newest && span !== undefined) return this.#drop('duplicate');
    if (this.#filter.inForce?.isExcluded(span)) return this.#drop('scope_excluded');
    if (!this.#queue.push(span)) return this.#drop('queue_full');
    this.#driver.wake();
    return undefined;
  }

  #drop(reason: SpanDropReason): SpanDropReason {
    this.#counters.dropped[reason]++;
    return reason;
  }
}
