import { Episode } from '../../support/episode.js';
import type { EventCounters, EventDropReason, SpanCounters } from '../counters.js';
import type { OrphanEvent, OrphanReason } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { IntakeParts } from './intake-parts.js';
import type { ReceivedBatch } from './received-batch.js';
import type { SpanIntake } from './span-intake.js';

/**
 * Where what another cache delivered enters this one.
 *
 * A batch may come from another process: it is checked whole before anything of it is counted. Spans go the way of
 * all spans. Orphans are through with reconciling: they are delivered at once. What was lost elsewhere is counted as if
 * it had come and been dropped, so that the sums hold.
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
      this.#failures.report('a batch of another cache could not be read', error);
    }
  }

  /** An amendment counts as a span of its own: the cache that it amends may have forgotten the first delivery. */
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
    // From within a delivery, the rest of that delivery comes first.
    if (this.#parts.driver.moving) queueMicrotask(() => this.#parts.driver.deliverOrphans(known));
    else this.#parts.driver.deliverOrphans(known);
  }

  /** Counts an orphan; returns whether it is to be delivered. */
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

/** Reads a batch once: its lists are lists, its numbers counts. Throws a `TypeError` if they are not. */
function checked(batch: ReceivedBatch): Required<ReceivedBatch> {
  const { dropped = 0, droppedOrphans = 0 } = batch;
  const [spans, orphans] = [copied(batch.spans), copied(batch.orphans)];
  if (!isCount(dropped) || !isCount(droppedOrphans)) {
    throw new TypeError('dropped must be a number of spans or orphans');
  }
  return { spans, orphans, dropped, droppedOrphans };
}

function copied<T>(items: readonly T[] = []): T[] {
  const areMany: boolean = Array.isArray(items);
  if (!areMany) throw new TypeError('spans and orphans must be arrays');
  return items.slice();
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Undefined if it cannot be read, or is none that an orphan can have. */
function reasonOf(orphan: OrphanEvent, known: Readonly<Record<OrphanReason, number>>): OrphanReason | undefined {
  try {
    const { reason } = orphan;
    return typeof reason === 'string' && Object.hasOwn(known, reason) ? reason : undefined;
  } catch {
    return undefined;
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

function countUpstreamLoss(counters: SpanCounters | EventCounters, lost: number): void {
  counters.received += lost;
  counters.dropped.relay += lost;
}
