import { SEGMENT_SIZE } from '../queue/bounded-queue.js';

/** Time that a turn may take. */
const TURN_MILLIS = 1;

/** Number of queued items that adds one batch to the minimum of a turn. */
const BACKLOG_PER_BATCH = 4_096;

/**
 * The number of batches that one turn of the event loop moves.
 *
 * A turn lasts a millisecond, but moves hardly more than was queued when it began, so that a subscriber that ends
 * spans cannot prolong it. Its floor, however slow the subscribers are, is one batch plus one per 4,096 queued items:
 * with a single batch per turn, the backlog of a busy service would grow.
 */
export class TurnBudget {
  /** Minimum number of batches left in the turn. */
  #atLeast = 0;
  /** Maximum number of batches left in the turn. */
  #atMost = 0;
  /** Time at which the turn ends once the minimum is met. */
  #endsAt = 0;

  begin(queued: number, now: number): void {
    this.#atLeast = 1 + Math.floor(queued / BACKLOG_PER_BATCH);
    // The last batch of each queue may be only partly full.
    this.#atMost = 2 + Math.floor(queued / SEGMENT_SIZE);
    this.#endsAt = now + TURN_MILLIS;
  }

  spend(): void {
    this.#atLeast--;
    this.#atMost--;
  }

  /** Whether another batch must be moved, however long it takes. */
  get isOwed(): boolean {
    return this.#atLeast > 0;
  }

  allowsMore(now: number): boolean {
    return this.isOwed || (this.#atMost > 0 && now < this.#endsAt);
  }
}
