import type { Handle } from '../../support/handle.js';
import { ChangeListeners } from '../../support/live-settings.js';

/** The combined demand of all subscribers of a cache. */
export interface SpanDemand {
  /** Whether anybody is subscribed. */
  readonly spans: boolean;
  /** Whether any subscriber receives orphans. */
  readonly orphans: boolean;
}

/**
 * Whether the cache accepts items, and the demand of its subscribers.
 *
 * The gate is open while somebody is subscribed and the cache is not shut down. Every SDK hook reads `open`, so it is
 * precomputed. Relays of other threads watch the demand, so that they send no more than is needed. A listener may
 * itself subscribe or unsubscribe; `ChangeListeners` limits how often in a row.
 */
export class Gate {
  readonly #listeners = new ChangeListeners<SpanDemand>('demand');
  #demand: SpanDemand = { spans: false, orphans: false };
  #open = false;
  #shutDown = false;

  get open(): boolean {
    return this.#open;
  }

  /** Drop reason while the gate is closed. */
  get closedReason(): 'no_subscriber' | 'shutdown' {
    return this.#shutDown ? 'shutdown' : 'no_subscriber';
  }

  get shutDown(): boolean {
    return this.#shutDown;
  }

  /** Calls a listener with the current demand, and at each change. */
  watch(listener: (demand: SpanDemand) => void): Handle {
    return this.#listeners.addAndCall(listener, this.#demand);
  }

  /** Updates the demand after a subscriber was added or removed. */
  update(spans: boolean, orphans: boolean): void {
    this.#open = spans && !this.#shutDown;
    const previous = this.#demand;
    if (spans === previous.spans && orphans === previous.orphans) return;
    this.#demand = { spans, orphans };
    if (this.#listeners.mayChange()) this.#listeners.tell(this.#demand, previous);
  }

  /** Closes the gate permanently. */
  close(): void {
    this.#shutDown = true;
    this.#open = false;
  }
}
