import { AsyncResource } from 'node:async_hooks';
import { Episode } from '../../support/episode.js';
import { guarded } from '../../support/report.js';
import type { FanOut } from '../fanout/fan-out.js';
import type { EventCounters, SpanCounters } from '../counters.js';
import type { OrphanEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { ReadableSpan } from '../../model/otel.js';
import { SEGMENT_SIZE, type BoundedQueue, type Segment } from '../queue/bounded-queue.js';
import type { Finished } from '../reconcile/outcomes.js';
import type { Reconciler } from '../reconcile/reconciler.js';
import { clearImmediate, setImmediate, setTimeout, unref } from '../../support/timers.js';
import type { Clock } from './clock.js';
import type { EmittedRecordPool, Envelope } from './emitted-record-pool.js';
import type { PassedItems } from './passed-items.js';
import { SweepTimer } from './sweep-timer.js';
import { TurnBudget } from './turn-budget.js';

// Captured at load time, so that fakes installed later by a test cannot stop the driver.
const nextTick = process.nextTick.bind(process);
const { queueMicrotask } = globalThis;

/** An async context created at load time, so it belongs to no request. */
const ROOT = new AsyncResource('otel-span-cache');

/** Delay between the first item queued and the driver's first turn. */
const WAKE_MILLIS = 1;

export interface DriverParts {
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
 * Moves what is queued through the reconciler to the subscribers.
 *
 * It works in cycles. A cycle seals both queues, then moves all sealed events, then all sealed spans. So an event
 * emitted before its span ended is parked when the span comes, and a flood of events cannot hold up the spans. At the
 * end of a cycle the reconciler settles: late events are decided, and spans done with waiting are delivered.
 *
 * By itself, the driver moves as much in a turn of the event loop as its `TurnBudget` allows. Between batches it yields
 * to microtasks, so that readers can consume them; if a subscriber cannot make progress without the event loop, the
 * turn ends early. Backlogs are kept short: one that stands for many turns outlives the young generation, and costs more
 * to copy than to deliver. The driver has an async context of its own, and never keeps the process alive.
 *
 * `flush()` moves everything at once. Only one of them is on the stack at any time: called by a subscriber,
 * `flush()` leaves the work to the delivery under way.
 */
export class Driver {
  readonly #spans: BoundedQueue<ReadableSpan>;
  readonly #events: BoundedQueue<Envelope>;
  readonly #records: EmittedRecordPool;
  readonly #reconciler: Reconciler;
  readonly #fanOut: FanOut;
  readonly #passed: PassedItems;
  readonly #spanCounters: SpanCounters;
  readonly #eventCounters: EventCounters;
  readonly #clock: Clock;
  readonly #budget = new TurnBudget();
  readonly #sweepTimer: SweepTimer;
  readonly #failures = new Episode();
  readonly #timer: NodeJS.Timeout;
  readonly #run: () => void;
  readonly #resume: () => void;
  #immediate: NodeJS.Immediate | undefined;
  /** Cycles begun so far. */
  #cycle = 0;
  /** Cycle at whose end parked events are swept; undefined while no sweep is due. */
  #sweepCycle: number | undefined;
  /** A turn is scheduled or under way. */
  #awake = false;
  #moving = false;

  constructor(parts: DriverParts) {
    this.#spans = parts.spans;
    this.#events = parts.events;
    this.#records = parts.records;
    this.#reconciler = parts.reconciler;
    this.#fanOut = parts.fanOut;
    this.#passed = parts.passed;
    this.#spanCounters = parts.spanCounters;
    this.#eventCounters = parts.eventCounters;
    this.#clock = parts.clock;
    // A turn must not run in the context of the request that happened to wake the driver.
    this.#run = ROOT.bind(guarded('a turn of the driver', () => this.#beginTurn()));
    this.#resume = ROOT.bind(guarded('a turn of the driver', () => this.#resumeTurn()));
    this.#sweepTimer = new SweepTimer(ROOT.bind(guarded('a look at what waits', () => this.#sweep())));
    // One timer for ever: refreshing it costs the application a third of a new setImmediate().
    this.#timer = unref(setTimeout(this.#run, WAKE_MILLIS));
  }

  /** Whether something is being moved, so that the caller is a subscriber, or a getter of an item. */
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
   * Moves everything queued when called, and delivers all held spans. What subscribers add meanwhile waits for the
   * next turn.
   */
  flush(): void {
    this.#moveAll(true);
  }

  /** Moves everything queued when called, as `flush()` does, but held spans stay until their time has passed. */
  deliver(): void {
    this.#moveAll(false);
  }

  /** Delivers orphans. Evictions and expiries may yield far more than a batch: they go in parts. */
  deliverOrphans(orphans: readonly OrphanEvent[]): void {
    this.#whileMoving(() => this.#deliverOrphans(orphans));
  }

  /** Delivers all parked events as orphans, for shutdown. */
  orphanAllParked(): void {
    this.#whileMoving(() => {
      while (this.#reconciler.parkedEvents > 0) {
        this.#deliver(this.#reconciler.orphanAllParked(SEGMENT_SIZE, this.#fanOut.orphansWanted));
      }
    });
  }

  #moveAll(heldToo: boolean): void {
    if (this.#moving) return;
    this.#whileMoving(() => {
      while (this.#moveSealed());
      this.#beginCycle();
      while (this.#moveSealed() || this.#settle(heldToo));
      this.#planSweep();
    });
  }

  #beginTurn(): void {
    clearImmediate(this.#immediate);
    this.#budget.begin(this.#spans.size + this.#events.size, this.#clock.now());
    this.#moveInTurn();
  }

  /** Moves a batch, and ends the turn if that was all, or all that the budget allows. */
  #moveInTurn(): void {
    const more = this.#whileMoving(() => this.#moveOneBatch()) ?? false;
    this.#budget.spend();
    if (more && this.#budget.allowsMore(this.#clock.now())) this.#yieldToMicrotasks();
    else this.#endTurn(more);
  }

  /**
   * `nextTick` called from a microtask runs after the microtask queue has drained, readers' loops included. The timer is
   * the fallback where `nextTick` is a fake.
   */
  #yieldToMicrotasks(): void {
    queueMicrotask(() => nextTick(this.#resume));
    this.#timer.refresh();
  }

  #resumeTurn(): void {
    if (this.#budget.isOwed || !this.#fanOut.busy) this.#moveInTurn();
    else this.#endTurn(true);
  }

  #endTurn(more: boolean): void {
    this.#planSweep();
    if (more) this.#scheduleNextTurn();
    else this.#awake = false;
  }

  /**
   * Schedules the next turn soon, also in a process that is idle otherwise: on Node 20 an unref'ed immediate
   * alone waits until something else wakes the loop. Whichever comes second finds the other's work done.
   */
  #scheduleNextTurn(): void {
    this.#immediate = unref(setImmediate(this.#run));
    this.#timer.refresh();
  }

  /** Returns whether there is more to move. */
  #moveOneBatch(): boolean {
    if (this.#moveSealed()) return this.#hasMore;
    if (this.#settle(false)) return true;
    this.#beginCycle();
    this.#moveSealed();
    return this.#hasMore;
  }

  get #hasMore(): boolean {
    const queued = this.#spans.size + this.#events.size;
    return queued > 0 || this.#reconciler.unsettled || this.#sweepCycle !== undefined;
  }

  /** Seals both queues: what is in them now moves before anything that comes later. */
  #beginCycle(): void {
    this.#cycle++;
    this.#events.seal();
    this.#spans.seal();
  }

  /** Moves one sealed batch, events first. Returns false when there is none. */
  #moveSealed(): boolean {
    const events = this.#events.take();
    const spans = events === undefined ? this.#spans.take() : undefined;
    if (events !== undefined) this.#moveEvents(events);
    if (spans !== undefined) this.#moveSpans(spans);
    return events !== undefined || spans !== undefined;
  }

  /** At the end of a cycle: settles one batch. Returns false when there was nothing to settle. */
  #settle(heldToo: boolean): boolean {
    if (this.#fanOut.idle) this.#reconciler.dropEverything();
    const { orphansWanted } = this.#fanOut;
    const { unsettled } = this.#reconciler;
    const finished = heldToo
      ? this.#reconciler.settleAll(SEGMENT_SIZE, orphansWanted)
      : this.#reconciler.settle(this.#clock.now(), SEGMENT_SIZE, orphansWanted);
    if (!unsettled && finished.spans.length === 0) return this.#expire();
    this.#deliver(finished);
    this.#makeRoom();
    return true;
  }

  #sweep(): void {
    this.#sweepCycle = this.#cycle + 1;
    this.wake();
  }

  /**
   * Gives up some of what has waited too long, once a cycle has begun and ended since the sweep was due: until then,
   * their spans may be on their way. Returns whether there is more.
   */
  #expire(): boolean {
    if (this.#sweepCycle === undefined || this.#cycle < this.#sweepCycle) return false;
    const expired = this.#reconciler.expire(this.#clock.now(), SEGMENT_SIZE, this.#fanOut.orphansWanted);
    if (!expired.more) this.#sweepCycle = undefined;
    this.#deliver(expired);
    return expired.more;
  }

  #planSweep(): void {
    const { sweepMillis } = this.#reconciler;
    if (sweepMillis !== undefined) this.#sweepTimer.plan(sweepMillis, this.#clock.now());
  }

  #moveEvents(segment: Segment<Envelope>): void {
    const { idle, orphansWanted } = this.#fanOut;
    if (idle) this.#eventCounters.dropped.no_subscriber += segment.length;
    const finished = idle ? undefined : this.#reconciler.reconcileEvents(segment, orphansWanted, this.#clock.now());
    this.#records.releaseAll(segment);
    this.#events.recycle(segment);
    if (finished !== undefined) this.#deliver(finished);
    this.#makeRoom();
  }

  #moveSpans(segment: Segment<ReadableSpan>): void {
    const { idle } = this.#fanOut;
    if (idle) this.#spanCounters.dropped.no_subscriber += segment.length;
    const spans = idle ? [] : this.#reconciler.reconcileSpans(segment, this.#clock.now());
    this.#spans.recycle(segment);
    this.#deliverSpans(spans);
    this.#makeRoom();
  }

  /** Gives up, after a batch, what is more than `maxParkedBytes`. */
  #makeRoom(): void {
    while (this.#reconciler.overfull) {
      this.#deliver(this.#reconciler.makeRoom(SEGMENT_SIZE, this.#fanOut.orphansWanted));
    }
  }

  #deliver({ spans, orphans }: Finished): void {
    this.#deliverSpans(spans);
    this.#deliverOrphans(orphans);
  }

  #deliverSpans(spans: readonly DeliveredSpan[]): void {
    if (spans.length > 0) this.#guard(() => this.#fanOut.deliverSpans(spans));
  }

  #deliverOrphans(orphans: readonly OrphanEvent[]): void {
    for (let start = 0; start < orphans.length; start += SEGMENT_SIZE) {
      const part = orphans.length <= SEGMENT_SIZE ? orphans : orphans.slice(start, start + SEGMENT_SIZE);
      this.#guard(() => this.#fanOut.deliverOrphans(part));
    }
  }

  #guard(delivery: () => void): void {
    try {
      this.#passed.during(delivery);
    } catch (error) {
      // Subscribers are isolated one by one; this is the context manager's failure.
      this.#failures.report('a delivery failed', error);
    }
  }

  /** Runs what moves something. Whatever it throws is the cache's own fault, and not the caller's to bear. */
  #whileMoving<T>(code: () => T): T | undefined {
    const before = this.#moving;
    this.#moving = true;
    try {
      return code();
    } catch (error) {
      this.#failures.report('what waits could not be moved', error);
      return undefined;
    } finally {
      this.#moving = before;
    }
  }
}
