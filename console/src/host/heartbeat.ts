import type { SharedCounts } from '../link/shared-counts.js';
import { clearInterval, setInterval } from './timers.js';

const BEAT_MILLIS = 100;

/** Writes the delay of the event loop to shared memory, ten times a second. Does not keep the process alive. */
export class Heartbeat {
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();

  /** @param onBeat called at each beat */
  constructor(counts: SharedCounts, onBeat: () => void) {
    counts.beat(0);
    this.#timer = setInterval(() => {
      const now = performance.now();
      counts.beat(Math.max(0, now - this.#last - BEAT_MILLIS));
      this.#last = now;
      onBeat();
    }, BEAT_MILLIS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
