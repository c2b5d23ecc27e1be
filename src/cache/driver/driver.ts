import { Episode } from '../../support/episode.js';
import { guarded } from '../../support/report.js';
import type { FanOut } from '../fanout/fan-out.js';
import type { EventCounters, SpanCounters } from '../counters.js';
import type { OrphanEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { ReadableSpan } from '../../model/otel.js';
import { SEGMENT_SIZE, type BoundedQueue, type Segment } from '../queue/bounded-queue.js';
import type { Reconciler } from '../reconcile/reconciler.js';
import { clearImmediate, nextTick, queueMicrotask, ROOT, setImmediate, setTimeout, unref } from '../../support/timers.js';
import type { EmittedRecordPool, Envelope } from './emitted-record-pool.js';
import type { PassedItems } from './passed-items.js';

/** How long a turn goes on moving batches. */
const TURN_MILLIS = 1;

/** Queued items for which a turn moves one batch more, however long it takes. */
const BACKLOG_PER_BATCH = 4_096;

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
 * By itself it moves, in a turn of the event loop, what it can in a millisecond. A backlog that stands for many turns
 * outlives a collection or two of the young generation, and costs more to copy than to deliver. Between two batches
 * it lets those run who wait for one. To a subscriber that needs the event loop to get on, it leaves it: the turn is over
 * then. It has an asynchronous context of its own, and never keeps the process alive.
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
  readonly #failures = new Episode();
  readonly #timer: NodeJS.Timeout;
  readonly #run: () => void;
  readonly #runOn: () => void;
  readonly #sweep: () => void;
  /** When the next look at what waits is planned; undefined while nothing waits for time to pass. */
  #sweepAt: number | undefined;
  #sweeper: NodeJS.Timeout | undefined;
  /** Cycles begun so far. */
  #cycle = 0;
  /** At the end of which cycle to look at what waits, if the time for it has come. */
  #sweepCycle = Infinity;
  /** A turn is scheduled or under way. */
  #awake = false;
  /** Batches that the turn under way has to move still, whatever it takes. */
  #batchesDue = 0;
  /** Batches that it may move at most. */
  #batchesLeft = 0;
  /** When it is over otherwise. */
  #turnEnds = 0;
  /** Something is being moved: read, or delivered. */
  #moving = false;
  /** The time that the clock showed last. */
  #lastNow = 0;
  #immediate: NodeJS.Immediate | undefined;

  constructor(parts: {
    spans: BoundedQueue<ReadableSpan>;
    events: BoundedQueue<Envelope>;
    records: EmittedRecordPool;
    reconciler: Reconciler;
    fanOut: FanOut;
    passed: PassedItems;
    spanCounters: SpanCounters;
    eventCounters: EventCounters;
  }) {
    this.#spans = parts.spans;
    this.#events = parts.events;
    this.#records = parts.records;
    this.#reconciler = parts.reconciler;
    this.#fanOut = parts.fanOut;
    this.#passed = parts.passed;
    this.#spanCounters = parts.spanCounters;
    this.#eventCounters = parts.eventCounters;
    // A turn must not run in the context of the request that happened to wake the driver.
    this.#run = ROOT.bind(guarded('a turn of the driver', () => this.#turn()));
    this.#runOn = ROOT.bind(guarded('a turn of the driver', () => this.#goOn()));
    this.#sweep = ROOT.bind(
      guarded('a look at what waits', () => {
        this.#sweepAt = undefined;
        this.#sweepCycle = this.#cycle + 1;
        this.wake();
      }),
    );
    // One timer for ever: refreshing it costs the application a third of a new setImmediate().
    this.#timer = unref(setTimeout(this.#run, WAKE_MILLIS));
  }

  /** Whether something is being moved, that is, whether the caller is a subscriber, or a getter of an item. */
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

  /** Delivers all parked events as orphans: their spans are not waited for any more. */
  release(): void {
    this.#whileMoving(() => {
      while (this.#reconciler.parkedSpans > 0) {
        this.#deliverOrphans(this.#reconciler.release(SEGMENT_SIZE, this.#fanOut.orphansWanted));
      }
    });
  }

  #moveAll(releaseHeld: boolean): void {
    if (this.#moving) return;
    this.#whileMoving(() => {
      while (this.#moveQueued());
      this.#drawLine();
      while (this.#moveQueued() || this.#moveWaiting(releaseHeld));
      this.#planSweep();
    });
  }

  get #empty(): boolean {
    return this.#spans.size === 0 && this.#events.size === 0;
  }

  /**
   * A turn moves about as much as was queued when it began: a subscriber that ends spans cannot keep it up. However
   * long it takes, of a full queue it moves a sixteenth: one batch would fall behind a service that ends more than that.
   */
  #turn(): void {
    clearImmediate(this.#immediate);
    const queued = this.#spans.size + this.#events.size;
    this.#batchesDue = 1 + Math.floor(queued / BACKLOG_PER_BATCH);
    // Both queues end in a batch that is not full.
    this.#batchesLeft = 2 + Math.floor(queued / SEGMENT_SIZE);
    this.#turnEnds = this.#now() + TURN_MILLIS;
    this.#move();
  }

  /** Moves a batch, and then asks whether the turn is over. */
  #move(): void {
    const again = this.#whileMoving(() => this.#moveOneBatch()) ?? false;
    this.#batchesDue--;
    this.#batchesLeft--;
    const onTime = this.#batchesLeft > 0 && this.#now() < this.#turnEnds;
    if (again && (this.#batchesDue > 0 || onTime)) this.#letOthersRun();
    else this.#endTurn(again);
  }

  /**
   * A tick that a microtask asks for comes when all microtasks are done, those of a reader's loop too. Should it not
   * come at all, being a fake, the timer does.
   */
  #letOthersRun(): void {
    queueMicrotask(() => nextTick(this.#runOn));
    this.#timer.refresh();
  }

  #goOn(): void {
    if (this.#batchesDue > 0 || !this.#fanOut.busy) this.#move();
    else this.#endTurn(true);
  }

  #endTurn(again: boolean): void {
    this.#planSweep();
    if (again) this.#continue();
    else this.#awake = false;
  }

  /**
   * Schedules the next turn soon, also in a process that is idle otherwise: on Node 20 an unref'ed immediate
   * alone waits until something else wakes the loop. Whichever comes second finds the other's work done.
   */
  #continue(): void {
    this.#immediate = unref(setImmediate(this.#run));
    this.#timer.refresh();
  }

  /** Returns whether there is more to move. */
  #moveOneBatch(): boolean {
    if (this.#moveQueued()) return this.#more;
    if (this.#moveWaiting(false)) return true;
    this.#drawLine();
    this.#moveQueued();
    return this.#more;
  }

  get #more(): boolean {
    return !this.#empty || this.#reconciler.unsettled || this.#sweepCycle < Infinity;
  }

  /** Begins a cycle: what is queued now is moved before anything that comes later. */
  #drawLine(): void {
    this.#cycle++;
    this.#reconciler.beginCycle();
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

  /** At the end of a cycle: moves one batch of what is done with waiting. Returns false when there is none. */
  #moveWaiting(heldToo: boolean): boolean {
    if (this.#fanOut.idle) this.#reconciler.discard();
    const spans = heldToo
      ? this.#reconciler.settleAll(SEGMENT_SIZE)
      : this.#reconciler.settle(this.#now(), SEGMENT_SIZE);
    if (spans.length === 0) return this.#moveExpired();
    this.#deliverSpans(spans);
    this.#makeRoom();
    return true;
  }

  /**
   * Gives up some of what has waited too long, once a cycle has begun and ended since the look at it was due:
   * until then, their spans may be on their way. Returns whether there is more.
   */
  #moveExpired(): boolean {
    if (this.#cycle < this.#sweepCycle) return false;
    const { orphansWanted } = this.#fanOut;
    const { orphans, more } = this.#reconciler.expire(this.#now(), SEGMENT_SIZE, orphansWanted);
    if (!more) this.#sweepCycle = Infinity;
    this.#deliverOrphans(orphans);
    return more;
  }

  /**
   * Plans the next look at what waits for time to pass. No timer per span: one, a quarter late at most. A
   * timer that is long overdue was a fake clock's, which is gone; another takes its place.
   */
  #planSweep(): void {
    const { sweepMillis } = this.#reconciler;
    if (sweepMillis === Infinity) return;
    const delay = Math.min(Math.max(sweepMillis, 1), MAX_SWEEP_MILLIS);
    const now = this.#now();
    if (this.#sweepAt !== undefined) {
      const left = this.#sweepAt - now;
      if (left <= delay && left > -OVERDUE_MILLIS) return;
    }
    globalThis.clearTimeout(this.#sweeper);
    this.#sweepAt = now + delay;
    this.#sweeper = unref(globalThis.setTimeout(this.#sweep, delay));
  }

  #moveEvents(segment: Segment<Envelope>): void {
    let orphans: OrphanEvent[] = [];
    if (this.#fanOut.idle) {
      this.#eventCounters.dropped.no_subscriber += segment.length;
    } else {
      orphans = this.#reconciler.reconcileEvents(segment, this.#fanOut.orphansWanted, this.#now());
    }
    this.#records.releaseAll(segment);
    this.#events.recycle(segment);
    this.#deliverOrphans(orphans);
    this.#makeRoom();
  }

  #moveSpans(segment: Segment<ReadableSpan>): void {
    let spans: DeliveredSpan[] = [];
    if (this.#fanOut.idle) {
      this.#spanCounters.dropped.no_subscriber += segment.length;
    } else {
      spans = this.#reconciler.reconcileSpans(segment, this.#now());
    }
    this.#spans.recycle(segment);
    this.#deliverSpans(spans);
    this.#makeRoom();
  }

  /** Gives up, after a batch, what is more than `maxParkedBytes`. */
  #makeRoom(): void {
    while (this.#reconciler.overfull) {
      const { spans, orphans } = this.#reconciler.makeRoom(SEGMENT_SIZE, this.#fanOut.orphansWanted);
      this.#deliverSpans(spans);
      this.#deliverOrphans(orphans);
    }
  }

  #deliverSpans(spans: readonly DeliveredSpan[]): void {
    if (spans.length > 0) this.#deliver(() => this.#fanOut.deliverSpans(spans));
  }

  #deliverOrphans(orphans: readonly OrphanEvent[]): void {
    for (let start = 0; start < orphans.length; start += SEGMENT_SIZE) {
      const part = orphans.length <= SEGMENT_SIZE ? orphans : orphans.slice(start, start + SEGMENT_SIZE);
      this.#deliver(() => this.#fanOut.deliverOrphans(part));
    }
  }

  #deliver(delivery: () => void): void {
    try {
      this.#passed.during(delivery);
    } catch (error) {
      // Subscribers are isolated one by one; this is the context manager's failure.
      this.#failures.report('a delivery failed', error);
    }
  }

  /** Runs what moves something. What it throws would be the cache's own fault, and is not the caller's to bear. */
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

  /** The clock. While it shows no time, as a fake one may, it stands still: nothing waits for ever because of that. */
  #now(): number {
    const now = performance.now();
    if (Number.isFinite(now)) this.#lastNow = now;
    return this.#lastNow;
  }
}
