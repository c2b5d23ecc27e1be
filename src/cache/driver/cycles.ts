import { Episode } from '../../support/episode.js';
import { assertInvariant, CHECKED } from '../../support/invariant.js';
import type { FanOut } from '../fanout/fan-out.js';
import type { EventCounters, SpanCounters } from '../counters.js';
import type { OrphanEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { ReadableSpan } from '../../model/otel.js';
import { SEGMENT_SIZE, type BoundedQueue, type Segment } from '../queue/bounded-queue.js';
import type { Finished } from '../reconcile/outcomes.js';
import type { Reconciler } from '../reconcile/reconciler.js';
import type { Clock } from './clock.js';
import type { EmittedRecordPool, Envelope } from './emitted-record-pool.js';
import type { PassedItems } from './passed-items.js';

/** The stages that a batch passes through, from the queues to the subscribers. */
export interface Stages {
  readonly spans: BoundedQueue<ReadableSpan>;
  readonly events: BoundedQueue<Envelope>;
  readonly records: EmittedRecordPool;
  readonly reconciler: Reconciler;
  readonly fanOut: FanOut;
  readonly passed: PassedItems;
  readonly spanCounters: SpanCounters;
  readonly eventCounters: EventCounters;
  readonly clock: Clock;
}

/**
 * Moves batches from the queues through the reconciler to the subscribers, in cycles.
 *
 * A cycle seals both queues, then moves all sealed events, then all sealed spans. An event emitted before its span
 * ended is therefore parked before the span arrives, and a flood of events cannot delay the spans of its cycle for
 * ever. At the end of a cycle the reconciler settles: it decides on late events and delivers the spans whose wait is
 * over. The caller decides when to move the next batch.
 */
export class Cycles {
  readonly #stages: Stages;
  readonly #failures = new Episode();
  #cycle = 0;
  /** The cycle that ends with a sweep of parked events; undefined while no sweep is due. */
  #sweepCycle: number | undefined;

  constructor(stages: Stages) {
    this.#stages = stages;
  }

  /** Number of spans and events in both queues. */
  get queued(): number {
    return this.#stages.spans.size + this.#stages.events.size;
  }

  /** Whether there is work that can be done now, without waiting for time to pass. */
  get hasMore(): boolean {
    return this.queued > 0 || this.#stages.reconciler.unsettled || this.#sweepCycle !== undefined;
  }

  /** Begins a cycle: seals the queues, so that items queued so far move before later ones. */
  begin(): void {
    this.#cycle++;
    this.#stages.events.seal();
    this.#stages.spans.seal();
  }

  /** Moves one sealed batch, events first. Returns false when there is none. */
  moveSealed(): boolean {
    const events = this.#stages.events.take();
    const spans = events === undefined ? this.#stages.spans.take() : undefined;
    if (events !== undefined) this.#moveEvents(events);
    if (spans !== undefined) this.#moveSpans(spans);
    return events !== undefined || spans !== undefined;
  }

  /** Settles one batch at the end of a cycle. Returns false when there was nothing to settle. */
  settle(heldToo: boolean): boolean {
    const { reconciler, fanOut, clock } = this.#stages;
    if (fanOut.idle) reconciler.dropEverything();
    const { unsettled } = reconciler;
    const finished = heldToo
      ? reconciler.settleAll(SEGMENT_SIZE, fanOut.orphansWanted)
      : reconciler.settle(clock.now(), SEGMENT_SIZE, fanOut.orphansWanted);
    if (!unsettled && finished.spans.length === 0) {
      if (CHECKED) this.#check();
      return this.#expire();
    }
    this.#deliver(finished);
    this.#makeRoom();
    return true;
  }

  /** Schedules a sweep of parked events for the end of the next cycle: their spans may already be queued. */
  sweep(): void {
    this.#sweepCycle = this.#cycle + 1;
  }

  /** Turns the parked events that have waited longest into orphans. Returns false when no events are parked. */
  orphanParked(): boolean {
    const { reconciler, fanOut } = this.#stages;
    if (reconciler.parkedSpans === 0) return false;
    this.#deliver(reconciler.orphanAllParked(SEGMENT_SIZE, fanOut.orphansWanted));
    return true;
  }

  /** Delivers orphans in batches, because an eviction or expiry may produce far more than one batch. */
  deliverOrphans(orphans: readonly OrphanEvent[]): void {
    for (let start = 0; start < orphans.length; start += SEGMENT_SIZE) {
      const part = orphans.length <= SEGMENT_SIZE ? orphans : orphans.slice(start, start + SEGMENT_SIZE);
      this.#isolate(() => this.#stages.fanOut.deliverOrphans(part));
    }
  }

  /** If a sweep is due, expires some of the parked events. Returns whether there are more. */
  #expire(): boolean {
    if (this.#sweepCycle === undefined || this.#cycle < this.#sweepCycle) return false;
    const { reconciler, fanOut, clock } = this.#stages;
    const expired = reconciler.expire(clock.now(), SEGMENT_SIZE, fanOut.orphansWanted);
    if (!expired.more) this.#sweepCycle = undefined;
    this.#deliver(expired);
    return expired.more;
  }

  #moveEvents(segment: Segment<Envelope>): void {
    const { reconciler, fanOut, clock, events, records, eventCounters } = this.#stages;
    let finished: Finished | undefined;
    if (fanOut.idle) eventCounters.dropped.no_subscriber += segment.length;
    else finished = reconciler.reconcileEvents(segment, fanOut.orphansWanted, clock.now());
    records.releaseAll(segment);
    events.recycle(segment);
    if (finished !== undefined) this.#deliver(finished);
    this.#makeRoom();
  }

  #moveSpans(segment: Segment<ReadableSpan>): void {
    const { reconciler, fanOut, clock, spans, spanCounters } = this.#stages;
    let finished: readonly DeliveredSpan[] = [];
    if (fanOut.idle) spanCounters.dropped.no_subscriber += segment.length;
    else finished = reconciler.reconcileSpans(segment, clock.now());
    spans.recycle(segment);
    this.#deliverSpans(finished);
    this.#makeRoom();
  }

  /** Evicts until `maxParkedBytes` is respected again. Called after each batch. */
  #makeRoom(): void {
    const { reconciler, fanOut } = this.#stages;
    while (reconciler.kept.isOverfull) this.#deliver(reconciler.makeRoom(SEGMENT_SIZE, fanOut.orphansWanted));
  }

  #deliver({ spans, orphans }: Finished): void {
    this.#deliverSpans(spans);
    this.deliverOrphans(orphans);
  }

  #deliverSpans(spans: readonly DeliveredSpan[]): void {
    if (spans.length > 0) this.#isolate(() => this.#stages.fanOut.deliverSpans(spans));
  }

  /** Checks at the end of a cycle that each item received is in exactly one place. */
  #check(): void {
    const { spans, events, reconciler, spanCounters, eventCounters } = this.#stages;
    const spanSum = spans.size + reconciler.heldSpans + spanCounters.delivered + sumOf(spanCounters.dropped);
    const waiting = events.size + reconciler.parkedEvents + reconciler.heldEvents;
    const eventSum = waiting + eventCounters.merged + sumOf(eventCounters.orphaned) + sumOf(eventCounters.dropped);
    assertInvariant(!reconciler.unsettled, 'a cycle has ended unsettled');
    assertInvariant(
      spanSum === spanCounters.received,
      `${spanSum} spans of ${spanCounters.received} are accounted for`,
    );
    assertInvariant(
      eventSum === eventCounters.received,
      `${eventSum} events of ${eventCounters.received} are accounted for`,
    );
  }

  #isolate(delivery: () => void): void {
    try {
      this.#stages.passed.during(delivery);
    } catch (error) {
      // Each subscriber catches its own errors, so this one comes from the context manager.
      this.#failures.report('a delivery failed', error);
    }
  }
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
