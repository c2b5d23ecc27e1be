import { Episode } from '../../support/episode.js';
import { guarded } from '../../support/report.js';
import {
  clearImmediate,
  nextTick,
  queueMicrotask,
  ROOT,
  setImmediate,
  setTimeout,
  unref,
} from '../../support/timers.js';
import type { OrphanEvent } from '../../model/log-event.js';
import { Cycles, type Stages } from './cycles.js';
import { SweepTimer } from './sweep-timer.js';
import { TurnBudget } from './turn-budget.js';

/** Delay between the first item queued and the driver's first turn. */
const WAKE_MILLIS = 1;

/**
 * Decides when queued items move to the subscribers; `Cycles` moves them.
 *
 * A turn of the event loop moves as many batches as its `TurnBudget` allows. Between batches the driver yields to
 * microtasks, so that readers can consume them; if a subscriber cannot make progress without the event loop, the turn
 * ends early. Backlogs are kept short, because objects that outlive the young generation cost more to copy than to
 * deliver. The driver runs in its own async context and never keeps the process alive.
 *
 * `flush()` moves everything at once. It never re-enters: called by a subscriber, it leaves the work to the delivery
 * under way.
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
  /** Whether a turn is scheduled or under way. */
  #awake = false;
  #moving = false;

  constructor(stages: Stages) {
    this.#stages = stages;
    this.#cycles = new Cycles(stages);
    // A turn must not run in the context of the request that happened to wake the driver.
    this.#run = ROOT.bind(guarded('a turn of the driver', () => this.#beginTurn()));
    this.#resume = ROOT.bind(guarded('a turn of the driver', () => this.#resumeTurn()));
    this.#sweepTimer = new SweepTimer(ROOT.bind(guarded('a sweep of the driver', () => this.#sweep())));
    // One timer, reused: a refresh costs the application a third as much as setImmediate().
    this.#timer = unref(setTimeout(this.#run, WAKE_MILLIS));
  }

  /** Whether a delivery is under way. The caller is then a subscriber, or a getter of an item. */
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
   * Moves everything queued so far and delivers all held spans. Items added by subscribers meanwhile wait for the next
   * turn.
   */
  flush(): void {
    this.#moveAll(true);
  }

  /** Moves everything queued so far, like `flush()`, but keeps holding spans until their time has passed. */
  deliver(): void {
    this.#moveAll(false);
  }

  deliverOrphans(orphans: readonly OrphanEvent[]): void {
    this.#whileMoving(() => this.#cycles.deliverOrphans(orphans));
  }

  /** Delivers all parked events as orphans. Called at shutdown. */
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

  /** Moves one batch, then yields, or ends the turn if nothing is left or the budget is spent. */
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
   * `nextTick` called from a microtask runs after the microtask queue has drained, including readers' loops. The timer
   * is the fallback if `nextTick` is a fake.
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
   * Schedules the next turn as soon as possible. In an idle process on Node 20, an unref'ed immediate alone waits until
   * something else wakes the event loop, so the timer is set as well. The later of the two is a no-op.
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

  /** Runs code that moves items. Its errors are faults of the cache and never reach the caller. */
  #whileMoving<T>(code: () => T): T | undefined {
    const before = this.#moving;
    this.#moving = true;
    try {
      return code();
    } catch (error) {
      this.#failures.report('queued items could not be moved', error);
      return undefined;
    } finally {
      this.#moving = before;
    }
  }
}
