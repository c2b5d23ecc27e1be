import { Episode } from '../../support/episode.js';
import { guarded } from '../../support/report.js';
import { clearImmediate, nextTick, queueMicrotask, ROOT, setImmediate, setTimeout, unref } from '../../support/timers.js';
import type { OrphanEvent } from '../../model/log-event.js';
import { Cycles, type Stages } from './cycles.js';
import { SweepTimer } from './sweep-timer.js';
import { TurnBudget } from './turn-budget.js';

/** Delay between the first item queued and the driver's first turn. */
const WAKE_MILLIS = 1;

/**
 * Decides when what is queued moves to the subscribers; `Cycles` moves it.
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
  readonly #stages: Stages;
  readonly #cycles: Cycles;
  readonly #budget = new TurnBudget();
  readonly #sweepTimer: SweepTimer;
  readonly #failures = new Episode();
  readonly #timer: NodeJS.Timeout;
  readonly #run: () => void;
  readonly #resume: () => void;
  #immediate: NodeJS.Immediate | undefined;
  /** A turn is scheduled or under way. */
  #awake = false;
  #moving = false;

  constructor(stages: Stages) {
    this.#stages = stages;
    this.#cycles = new Cycles(stages);
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

  /** Delivers orphans that another cache has made. */
  deliverOrphans(orphans: readonly OrphanEvent[]): void {
    this.#whileMoving(() => this.#cycles.deliverOrphans(orphans));
  }

  /** Delivers all parked events as orphans, for shutdown. */
  orphanAllParked(): void {
    this.#whileMoving(() => {
      while (this.#cycles.orphanParked());
    });
  }

  #moveAll(heldToo: boolean): void {
    if (this.#moving) return;
    this.#whileMoving(() => {
      while (this.#cycles.moveSealed());
      this.#cycles.begin();
      while (this.#cycles.moveSealed() || this.#cycles.settle(heldToo));
      this.#planSweep();
    });
  }

  #beginTurn(): void {
    clearImmediate(this.#immediate);
    this.#budget.begin(this.#cycles.queued, this.#stages.clock.now());
    this.#moveInTurn();
  }

  /** Moves a batch, and ends the turn if that was all, or all that the budget allows. */
  #moveInTurn(): void {
    const more = this.#whileMoving(() => this.#moveOneBatch()) ?? false;
    this.#budget.spend();
    if (more && this.#budget.allowsMore(this.#stages.clock.now())) this.#yieldToMicrotasks();
    else this.#endTurn(more);
  }

  /** Returns whether there is more to move. */
  #moveOneBatch(): boolean {
    if (this.#cycles.moveSealed()) return this.#cycles.hasMore;
    if (this.#cycles.settle(false)) return true;
    this.#cycles.begin();
    this.#cycles.moveSealed();
    return this.#cycles.hasMore;
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
    if (this.#budget.isOwed || !this.#stages.fanOut.busy) this.#moveInTurn();
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

  #sweep(): void {
    this.#cycles.sweep();
    this.wake();
  }

  #planSweep(): void {
    const { sweepMillis } = this.#stages.reconciler;
    if (sweepMillis !== undefined) this.#sweepTimer.plan(sweepMillis, this.#stages.clock.now());
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
