import type { FanOut } from '../fanout/fan-out.js';

/** Whether the pipeline takes anything in: somebody is subscribed, and it is not shut down. */
export class Gate {
  readonly #fanOut: FanOut;
  #shutDown = false;

  constructor(fanOut: FanOut) {
    this.#fanOut = fanOut;
  }

  get open(): boolean {
    return !this.#fanOut.idle && !this.#shutDown;
  }

  /** Why nothing is taken in, while the gate is closed. */
  get reason(): 'no_subscriber' | 'shutdown' {
    return this.#shutDown ? 'shutdown' : 'no_subscriber';
  }

  get shutDown(): boolean {
    return this.#shutDown;
  }

  close(): void {
    this.#shutDown = true;
  }
}
