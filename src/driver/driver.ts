import { AsyncResource } from 'node:async_hooks';
import { Episode } from '../diagnostics/episode.js';
import type { FanOut } from '../fanout/fan-out.js';
import type { EventCounters, SpanCounters } from '../model/counters.js';
import type { OrphanEvent } from '../model/log-event.js';
import type { DeliveredSpan } from '../model/merged-span.js';
import type { ReadableSpan } from '../model/otel.js';
import { SEGMENT_SIZE, type BoundedQueue, type Segment } from '../queue/bounded-queue.js';
import type { EmittedRecord, Reconciler } from '../reconcile/reconciler.js';
import type { EmittedRecordPool } from './emitted-record-pool.js';

// Taken when the module loads: a test's fake timers do not stop the driver.
const { setImmediate, setTimeout } = globalThis;

/** How rarely the driver looks at what waits for time to pass, at most. */
const MAX_SWEEP_MILLIS = 60_000;

/** How late that timer may be before it is taken for lost. */
const OVERDUE_MILLIS = 1_000;

/** How long after the first span or event the driver looks. */
const WAKE_MILLIS = 1;

/**
 * Moves what is queued: through the reconciler, to the subscribers.
 *
 * It works in cycles. A cycle draws a line under both queues, then moves all events before the line, then
 * all spans before the line. An event emitted before its span ended is so always parked when the span
 * comes, and events that keep coming cannot hold up the spans.
 *
 * At the end of a cycle follow the spans that are done with waiting: amended ones, and those that were held
 * long enough. What waits for time to pass is looked at by one coarse timer.
 *
 * By itself it moves one batch per turn of the event loop, in an asynchronous context of its own, and
 * never keeps the process alive. `flush()` moves everything at once. Only one of them is on the stack at
 * any time: called by a subscriber, `flush()` leaves the work to the delivery under way.
 */
export class Driver {
  readonly #spans: BoundedQueue<ReadableSpan>;
  readonly #events: BoundedQueue<EmittedRecord>;
  readonly #records: EmittedRecordPool;
  readonly #reconciler: Reconciler;
  readonly #fanOut: FanOut;
  readonly #spanCounters: SpanCounters;
  readonly #eventCounters: EventCounters;
  readonly #failures = new Episode();
  readonly #timer: NodeJS.Timeout;
  readonly #run: () => void;
  readonly #sweep: () => void;
  /** Set while something waits for time to pass. */
  #sweeper: NodeJS.Timeout | undefined;
  #sweepAt = 0;
  /** The time for a look at what waits has come. */
  #sweepDue = false;
  /** A turn is scheduled. */
  #awake = false;
  /** A batch is being moved. */
  #moving = false;
  /** `drain()` calls under way; they take over from the scheduled turns. */
  #drains = 0;
  /** Settles when they are done. */
  #drained: Promise<void> = Promise.resolve();

  constructor(parts: {
    spans: BoundedQueue<ReadableSpan>;
    events: BoundedQueue<EmittedRecord>;
    records: EmittedRecordPool;
    reconciler: Reconciler;
    fanOut: FanOut;
    spanCounters: SpanCounters;
    eventCounters: EventCounters;
  }) {
    this.#spans = parts.spans;
    this.#events = parts.events;
    this.#records = parts.records;
    this.#reconciler = parts.reconciler;
    this.#fanOut = parts.fanOut;
    this.#spanCounters = parts.spanCounters;
    this.#eventCounters = parts.eventCounters;
    // A turn must not run in the context of the request that happened to wake the driver.
    this.#run = AsyncResource.bind(() => this.#turn());
    this.#sweep = AsyncResource.bind(() => {
      this.#sweeper = undefined;
      this.#sweepDue = true;
      this.wake();
    });
    // One timer for ever: refreshing it costs the application a third of a new setImmediate().
    this.#timer = setTimeout(this.#run, WAKE_MILLIS).unref();
  }

  /** Whether a batch is being moved, that is, whether the caller is a subscriber. */
  get moving(): boolean {
    return this.#moving;
  }

  /** Schedules a turn, unless one is scheduled. */
  wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    this.#timer.refresh();
  }

  /**
   * Moves everything queued when called, and lets go of all held spans. What subscribers add meanwhile
   * waits for the next turn.
   */
  flush(): void {
    if (this.#moving) return;
    while (this.#moveQueued());
    this.#drawLine();
    while (this.#moveQueued() || this.#moveSettled(Infinity) > 0);
    this.#expireIfDue();
  }

  /**
   * As `flush()`, but waits for `room` before each batch, so that slow subscribers lose nothing. One drain at
   * a time: two would fill the same room.
   */
  drain(room: (spans: number) => Promise<void>): Promise<void> {
    this.#drains++;
    const drain = () => this.#drain(room);
    this.#drained = this.#drained.then(drain, drain);
    return this.#drained;
  }

  async #drain(room: (spans: number) => Promise<void>): Promise<void> {
    try {
      await room(SEGMENT_SIZE);
      while (this.#moveQueued()) await room(SEGMENT_SIZE);
      this.#drawLine();
      while (this.#moveQueued() || this.#moveSettled(Infinity) > 0) await room(SEGMENT_SIZE);
    } finally {
      this.#drains--;
      this.#expireIfDue();
      if (!this.#empty) this.wake();
    }
  }

  /** Delivers all parked events as orphans: their spans are not waited for any more. */
  release(): void {
    for (;;) {
      const orphans = this.#reconciler.releaseOldest(this.#fanOut.orphansWanted);
      if (orphans === undefined) return;
      this.#deliver(() => this.#fanOut.deliverOrphans(orphans));
    }
  }

  get #empty(): boolean {
    return this.#spans.size === 0 && this.#events.size === 0;
  }

  #turn(): void {
    const again = this.#drains === 0 && this.#moveOneBatch();
    this.#expireIfDue();
    if (again) setImmediate(this.#run).unref();
    else this.#awake = false;
  }

  /** Returns whether there is more to move. */
  #moveOneBatch(): boolean {
    let settled = 0;
    if (!this.#moveQueued()) {
      settled = this.#moveSettled(performance.now());
      if (settled === 0) {
        this.#drawLine();
        this.#moveQueued();
      }
    }
    return !this.#empty || this.#reconciler.unsettled || settled === SEGMENT_SIZE;
  }

  #drawLine(): void {
    this.#events.seal();
    this.#spans.seal();
  }

  /** Moves one batch. Returns false when nothing is left before the line. */
  #moveQueued(): boolean {
    const events = this.#events.take();
    if (events !== undefined) {
      this.#moveEvents(events);
      return true;
    }
    const spans = this.#spans.take();
    if (spans !== undefined) {
      this.#moveSpans(spans);
      return true;
    }
    return false;
  }

  /** Moves one batch of spans that are done with waiting; returns how many. */
  #moveSettled(now: number): number {
    if (this.#fanOut.idle) this.#reconciler.discard();
    const spans = this.#reconciler.settle(now, this.#empty, SEGMENT_SIZE);
    if (spans.length > 0) this.#deliver(() => this.#fanOut.deliverSpans(spans));
    return spans.length;
  }

  /** Gives up what has waited too long, but only when nothing is queued: its span may be on its way. */
  #expireIfDue(): void {
    if (this.#sweepDue && this.#empty) {
      this.#sweepDue = false;
      const orphans = this.#reconciler.expire(performance.now(), this.#fanOut.orphansWanted);
      this.#deliver(() => this.#fanOut.deliverOrphans(orphans));
    }
    this.#planSweep();
  }

  /**
   * Plans the next look at what waits for time to pass. No timer per span: one, a quarter late at most. A
   * timer that is long overdue was a fake clock's, which is gone; another takes its place.
   */
  #planSweep(): void {
    if (!this.#reconciler.waits) return;
    const delay = Math.min(Math.max(this.#reconciler.shortestWaitMillis / 4, 1), MAX_SWEEP_MILLIS);
    const now = performance.now();
    const left = this.#sweepAt - now;
    if (this.#sweeper !== undefined && left <= delay && left > -OVERDUE_MILLIS) return;
    globalThis.clearTimeout(this.#sweeper);
    this.#sweepAt = now + delay;
    this.#sweeper = globalThis.setTimeout(this.#sweep, delay);
    this.#sweeper.unref();
  }

  #moveEvents(segment: Segment<EmittedRecord>): void {
    let orphans: OrphanEvent[] = [];
    if (this.#fanOut.idle) {
      this.#eventCounters.dropped.no_subscriber += segment.length;
    } else {
      orphans = this.#reconciler.reconcileEvents(segment, this.#fanOut.orphansWanted, performance.now());
    }
    this.#records.releaseAll(segment);
    this.#events.recycle(segment);
    this.#deliver(() => this.#fanOut.deliverOrphans(orphans));
  }

  #moveSpans(segment: Segment<ReadableSpan>): void {
    let spans: DeliveredSpan[] = [];
    if (this.#fanOut.idle) {
      this.#spanCounters.dropped.no_subscriber += segment.length;
    } else {
      spans = this.#reconciler.reconcileSpans(segment, performance.now());
    }
    this.#spans.recycle(segment);
    this.#deliver(() => this.#fanOut.deliverSpans(spans));
  }

  #deliver(delivery: () => void): void {
    this.#moving = true;
    try {
      delivery();
    } catch (error) {
      // Subscribers are isolated one by one; this is the context manager's failure.
      this.#failures.report('a delivery failed', error);
    } finally {
      this.#moving = false;
    }
  }
}
