import type { SharedCounts } from '../link/shared-counts.js';

const BEAT_MILLIS = 100;

/** Delay of a beat past which the event loop counts as blocked, not only busy. */
const BLOCKED_MILLIS = 250;

/** The delay of the service's event loop, read from its heartbeat even while the loop is blocked. */
export class LoopDelay {
  readonly #counts: SharedCounts;

  constructor(counts: SharedCounts) {
    this.#counts = counts;
  }

  read(): { readonly delayMillis: number; readonly blockedMillis: number | null } {
    const since = this.#counts.sinceBeatMillis;
    const late = Math.max(0, since - BEAT_MILLIS);
    return {
      delayMillis: Math.max(late, this.#counts.delayMillis),
      blockedMillis: late > BLOCKED_MILLIS ? since : null,
    };
  }
}
