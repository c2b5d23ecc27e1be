import type { Clock } from '../api/engine-parts.js';

/**
 * Clock of the console.
 *
 * It follows the monotonic clock and never steps back, so rates and time slots always advance. The monotonic clock
 * stops while the machine sleeps: if the wall clock is ahead, as after a sleep, the clock jumps forward to it, because
 * new spans carry wall-clock times. If the wall clock was set back, the clock keeps running.
 */
export class ConsoleClock implements Clock {
  readonly #wall: () => number;
  readonly #monotonic: () => number;
  #now: number;
  #elapsed: number;

  constructor(wall: () => number = () => Date.now(), monotonic: () => number = () => performance.now()) {
    this.#wall = wall;
    this.#monotonic = monotonic;
    this.#now = wall();
    this.#elapsed = monotonic();
  }

  now(): number {
    const elapsed = this.#monotonic();
    this.#now = Math.max(this.#now + Math.max(0, elapsed - this.#elapsed), this.#wall());
    this.#elapsed = elapsed;
    return this.#now;
  }

  elapsed(): number {
    return this.#monotonic();
  }
}
