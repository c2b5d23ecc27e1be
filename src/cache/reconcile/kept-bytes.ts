import type { LatePolicy } from './late/policy.js';
import type { ParkedEvents } from './parked-events.js';

/** About how much parked events, held spans and amendable spans keep alive together, and its bound. */
export class KeptBytes {
  readonly #parked: ParkedEvents;
  readonly #late: LatePolicy;
  readonly #maxBytes: number;

  constructor(parked: ParkedEvents, late: LatePolicy, maxBytes: number) {
    this.#parked = parked;
    this.#late = late;
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#parked.bytes + this.#late.bytes;
  }

  /** Whether it is over its bound, and `giveUpOldest()` has something to give up. */
  get isOverfull(): boolean {
    if (this.size <= this.#maxBytes) return false;
    return this.#parked.oldest !== undefined || this.#late.oldestSince !== undefined;
  }

  /** Gives up what has been kept longest. */
  giveUpOldest(): void {
    const parked = this.#parked.oldest;
    const since = this.#late.oldestSince;
    if (parked !== undefined && (since === undefined || !(parked.since > since))) {
      this.#parked.orphan(parked, 'evicted_bytes');
    } else {
      this.#late.giveUpOldest();
    }
  }
}
