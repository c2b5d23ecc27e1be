import type { SpanCounters, SpanDropReason } from '../model/counters.js';
import type { ReadableSpan } from '../model/otel.js';
import type { BoundedQueue } from '../queue/bounded-queue.js';
import type { Driver } from './driver.js';
import type { Gate } from './gate.js';

/**
 * Where ended spans enter, inside the application's `span.end()`: a branch, a push, a flag.
 *
 * Nothing here reads the span, so nothing here can throw.
 */
export class SpanIntake {
  readonly #gate: Gate;
  readonly #queue: BoundedQueue<ReadableSpan>;
  readonly #driver: Driver;
  readonly #counters: SpanCounters;

  constructor(
    gate: Gate,
    queue: BoundedQueue<ReadableSpan>,
    driver: Driver,
    counters: SpanCounters,
  ) {
    this.#gate = gate;
    this.#queue = queue;
    this.#driver = driver;
    this.#counters = counters;
  }

  /** Takes a span in. If it does not, counts why and returns the reason. */
  accept(span: ReadableSpan): SpanDropReason | undefined {
    this.#counters.received++;
    if (!this.#gate.open) return this.#refuse(this.#gate.reason);
    if (!this.#queue.push(span)) return this.#refuse('queue_full');
    this.#driver.wake();
    return undefined;
  }

  #refuse(reason: SpanDropReason): SpanDropReason {
    this.#counters.dropped[reason]++;
    return reason;
  }
}
