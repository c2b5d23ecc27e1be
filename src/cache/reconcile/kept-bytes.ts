import type { LatePolicy } from './late/policy.js';
import type { ParkedEvents } from './parked-events.js';

/** Estimated size of parked events, held spans and amendable spans together, and its bound. */
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

  /** Whether the size exceeds the bound and something can be evicted. */
  get isOverfull(): boolean {
    if (this.size <= this.#maxBytes) return false;
    return this.#parked.oldest !== undefined || this.#late.oldestSince !== undefined;
  }

  evictOldest(): void {
    const parked = this.#parked.oldest;
    const since = this.#late.oldestSince;
    if (parked !== undefined && (since === undefined || !(parked.since > since))) {
      this.#parked.orphan(parked, 'evicted_bytes');
    } else {
      this.#late.evictOldest();
    }
  }
}
