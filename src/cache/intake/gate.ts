import type { FanOut } from '../fanout/fan-out.js';

/**
 * Whether the pipeline takes anything in: somebody is subscribed, and it is not shut down. Each hook of the SDK
 * asks, so the answer is a field.
 */
export class Gate {
  readonly #fanOut: FanOut;
  #shutDown = false;
  #open = false;

  constructor(fanOut: FanOut) {
    this.#fanOut = fanOut;
  }

  get open(): boolean {
    return this.#open;
  }

  /** Why nothing is taken in, while the gate is closed. */
  get reason(): 'no_subscriber' | 'shutdown' {
    return this.#shutDown ? 'shutdown' : 'no_subscriber';
  }

  get shutDown(): boolean {
    return this.#shutDown;
  }

  /** Somebody has come or gone. */
  update(): void {
    this.#open = !this.#fanOut.idle && !this.#shutDown;
  }

  /** Closes it for good. */
  close(): void {
    this.#shutDown = true;
    this.update();
  }
}
