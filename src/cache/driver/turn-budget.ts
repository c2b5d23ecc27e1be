import { SEGMENT_SIZE } from '../queue/bounded-queue.js';

/** How long a turn goes on moving batches. */
const TURN_MILLIS = 1;

/** Queued items for which a turn moves one batch more, however long it takes. */
const BACKLOG_PER_BATCH = 4_096;

/**
 * How many batches one turn of the event loop moves.
 *
 * As many as a millisecond allows, up to about what was queued when the turn began, so that a subscriber that ends spans
 * cannot extend it for ever. However slow the subscribers are, it moves one batch and one more for each 4,096 queued
 * items: one alone would fall behind a service that ends more than that.
 */
export class TurnBudget {
  /** Batches that the turn still has to move. */
  #atLeast = 0;
  /** Batches that it may still move. */
  #atMost = 0;
  /** Time at which the turn ends once `#atLeast` is met. */
  #endsAt = 0;

  begin(queued: number, now: number): void {
    this.#atLeast = 1 + Math.floor(queued / BACKLOG_PER_BATCH);
    // Both queues end in a batch that is not full.
    this.#atMost = 2 + Math.floor(queued / SEGMENT_SIZE);
    this.#endsAt = now + TURN_MILLIS;
  }

  /** Counts a batch. */
  spend(): void {
    this.#atLeast--;
    this.#atMost--;
  }

  /** Whether another batch has to be moved, whatever it takes. */
  get isOwed(): boolean {
    return this.#atLeast > 0;
  }

  /** Whether another batch may be moved. */
  allowsMore(now: number): boolean {
    return this.isOwed || (this.#atMost > 0 && now < this.#endsAt);
  }
}
