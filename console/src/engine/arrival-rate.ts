const SLOT_MILLIS = 100;
const SLOTS = 20;

/** Items per second over the last two seconds. */
export class ArrivalRate {
  readonly #counts = new Float64Array(SLOTS);
  /** Number of the slot that was counted last. */
  #slot = Number.NEGATIVE_INFINITY;

  /** @param now in milliseconds, on a monotonic clock */
  add(items: number, now: number): void {
    const place = this.#advance(now) % SLOTS;
    this.#counts[place] = this.#counts[place]! + items;
  }

  perSecond(now: number): number {
    this.#advance(now);
    return this.#counts.reduce((sum, count) => sum + count, 0) / ((SLOTS * SLOT_MILLIS) / 1_000);
  }

  /** Empties the slots that have expired. A time before the last one counts as the last one. */
  #advance(now: number): number {
    const slot = Math.max(Math.floor(now / SLOT_MILLIS), this.#slot);
    const passed = Math.min(slot - this.#slot, SLOTS);
    for (let back = 0; back < passed; back++) this.#counts[(slot - back) % SLOTS] = 0;
    this.#slot = slot;
    return slot;
  }
}
