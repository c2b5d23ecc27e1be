import { Episode } from '../diagnostics/episode.js';
import type { EventCounters, SpanCounters } from '../model/counters.js';
import type { OrphanEvent } from '../model/log-event.js';
import type { DeliveredSpan } from '../model/merged-span.js';
import type { Driver } from './driver.js';
import type { Gate } from './gate.js';
import type { SpanIntake } from './span-intake.js';

/** What another cache delivered, and what it lost. A `SpanBatch` is one. */
export interface ReceivedBatch {
  /** With their log events. An amended one has its `revision`. */
  readonly spans?: readonly DeliveredSpan[];
  readonly orphans?: readonly OrphanEvent[];
  /** Spans that were lost on the way. Counted as `relay`. */
  readonly dropped?: number;
  /** Orphans that were lost on the way. Counted as `relay`. */
  readonly droppedOrphans?: number;
}

/**
 * Where what another cache delivered enters this one.
 *
 * Spans go the way of all spans. Orphans are through with reconciling: they are delivered at once. What was lost
 * elsewhere is counted as if it had come and been dropped, so that the sums hold.
 */
export class BatchIntake {
  readonly #gate: Gate;
  readonly #spans: SpanIntake;
  readonly #driver: Driver;
  readonly #spanCounters: SpanCounters;
  readonly #eventCounters: EventCounters;
  readonly #failures = new Episode();

  constructor(parts: {
    gate: Gate;
    spans: SpanIntake;
    driver: Driver;
    spanCounters: SpanCounters;
    eventCounters: EventCounters;
  }) {
    this.#gate = parts.gate;
    this.#spans = parts.spans;
    this.#driver = parts.driver;
    this.#spanCounters = parts.spanCounters;
    this.#eventCounters = parts.eventCounters;
  }

  accept(batch: ReceivedBatch): void {
    try {
      const { spans = [], orphans = [], dropped = 0, droppedOrphans = 0 } = batch;
      lose(this.#spanCounters, dropped);
      lose(this.#eventCounters, droppedOrphans);
      for (const span of spans) this.#acceptSpan(span);
      this.#acceptOrphans(orphans);
      this.#failures.end();
    } catch (error) {
      this.#failures.report('a batch of another cache could not be read', error);
    }
  }

  /** An amendment counts as a span of its own: the cache that it amends may have forgotten the first delivery. */
  #acceptSpan(span: DeliveredSpan): void {
    if (this.#spans.acceptReceived(span) === undefined && isAmendment(span)) this.#spanCounters.amended++;
  }

  #acceptOrphans(orphans: readonly OrphanEvent[]): void {
    if (orphans.length === 0) return;
    const { orphaned, dropped } = this.#eventCounters;
    this.#eventCounters.received += orphans.length;
    if (!this.#gate.open) {
      dropped[this.#gate.reason] += orphans.length;
      return;
    }
    const known = orphans.filter((orphan) => Object.hasOwn(orphaned, orphan?.reason));
    dropped.invalid += orphans.length - known.length;
    for (const { reason } of known) orphaned[reason]++;
    // From within a delivery, the rest of that delivery comes first.
    if (this.#driver.moving) queueMicrotask(() => this.#driver.deliverOrphans(known));
    else this.#driver.deliverOrphans(known);
  }
}

/** What cannot be read is no amendment; the reconciler counts it as invalid. */
function isAmendment(span: DeliveredSpan): boolean {
  try {
    return Boolean(span.revision);
  } catch {
    return false;
  }
}

function lose(counters: SpanCounters | EventCounters, lost: number): void {
  if (!Number.isSafeInteger(lost) || lost < 0) throw new TypeError('dropped must be a number of spans or orphans');
  counters.received += lost;
  counters.dropped.relay += lost;
}
