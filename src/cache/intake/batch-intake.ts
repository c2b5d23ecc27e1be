import { Episode } from '../../support/episode.js';
import { isCount } from '../../support/option.js';
import type { EventCounters, EventDropReason, SpanCounters } from '../counters.js';
import type { OrphanEvent, OrphanReason } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { IntakeParts } from './intake-parts.js';
import type { ReceivedBatch } from './received-batch.js';
import type { SpanIntake } from './span-intake.js';

/**
 * Accepts batches that another cache delivered.
 *
 * A batch may come from another process, so it is validated as a whole before any of it is counted. Its spans enter
 * like all others. Its orphans need no reconciling and are delivered at once. Upstream losses are counted as received
 * and dropped, so that the sums of `stats()` hold.
 */
export class BatchIntake {
  readonly #parts: IntakeParts;
  readonly #spans: SpanIntake;
  readonly #failures = new Episode();

  constructor(parts: IntakeParts, spans: SpanIntake) {
    this.#parts = parts;
    this.#spans = spans;
  }

  accept(batch: ReceivedBatch): void {
    try {
      const { spans, orphans, dropped, droppedOrphans } = checked(batch);
      countUpstreamLoss(this.#parts.spanCounters, dropped);
      countUpstreamLoss(this.#parts.eventCounters, droppedOrphans);
      for (const span of spans) this.#acceptSpan(span);
      this.#acceptOrphans(orphans);
      this.#failures.end();
    } catch (error) {
      this.#failures.report('a batch from another cache could not be read', error);
    }
  }

  /** An amendment counts as a separate span, because its first delivery may no longer be remembered. */
  #acceptSpan(span: DeliveredSpan): void {
    if (this.#parts.gate.open && this.#parts.passed.has(span)) {
      this.#spans.drop('duplicate');
    } else if (this.#spans.acceptReceived(span) === undefined) {
      this.#parts.passed.add(span);
      if (isAmendment(span)) this.#parts.spanCounters.amended++;
    }
  }

  #acceptOrphans(orphans: readonly OrphanEvent[]): void {
    const known = orphans.filter((orphan) => this.#acceptOrphan(orphan));
    if (known.length === 0) return;
    // Called within a delivery: finish that delivery first.
    if (this.#parts.driver.moving) queueMicrotask(() => this.#parts.driver.deliverOrphans(known));
    else this.#parts.driver.deliverOrphans(known);
  }

  /** Counts an orphan. Returns whether to deliver it. */
  #acceptOrphan(orphan: OrphanEvent): boolean {
    const { orphaned, dropped } = this.#parts.eventCounters;
    const reason = reasonOf(orphan, orphaned);
    const refused = this.#refuse(orphan, reason);
    this.#parts.eventCounters.received++;
    if (refused !== undefined) {
      dropped[refused]++;
      return false;
    }
    orphaned[reason!]++;
    this.#parts.passed.add(orphan);
    return true;
  }

  #refuse(orphan: OrphanEvent, reason: OrphanReason | undefined): EventDropReason | undefined {
    if (!this.#parts.gate.open) return this.#parts.gate.closedReason;
    if (reason === undefined) return 'invalid';
    return this.#parts.passed.has(orphan) ? 'duplicate' : undefined;
  }
}

/** Reads each member of a batch once. Throws a `TypeError` unless its lists are arrays and its numbers are counts. */
function checked(batch: ReceivedBatch): Required<ReceivedBatch> {
  const { dropped = 0, droppedOrphans = 0 } = batch;
  const [spans, orphans] = [copied(batch.spans), copied(batch.orphans)];
  if (!isCount(dropped) || !isCount(droppedOrphans)) {
    throw new TypeError('dropped and droppedOrphans must be non-negative integers');
  }
  return { spans, orphans, dropped, droppedOrphans };
}

function copied<T>(items: readonly T[] = []): T[] {
  const areMany: boolean = Array.isArray(items);
  if (!areMany) throw new TypeError('spans and orphans must be arrays');
  return items.slice();
}

/** The reason of an orphan; undefined if it is unreadable or not a valid reason. */
function reasonOf(orphan: OrphanEvent, known: Readonly<Record<OrphanReason, number>>): OrphanReason | undefined {
  try {
    const { reason } = orphan;
    return typeof reason === 'string' && Object.hasOwn(known, reason) ? reason : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a span is an amendment. False for an unreadable span, which the reconciler counts as invalid. */
function isAmendment(span: DeliveredSpan): boolean {
  try {
    return Boolean(span.revision);
  } catch {
    return false;
  }
}

function countUpstreamLoss(counters: SpanCounters | EventCounters, lost: number): void {
  counters.received += lost;
  counters.dropped.relay += lost;
}
