import type { Handle } from '../../support/handle.js';
import { ChangeListeners } from '../../support/live-settings.js';

/** What the subscribers of a cache want, all of them together. */
export interface SpanDemand {
  /** Somebody is subscribed. */
  readonly spans: boolean;
  /** Somebody wants the events that no span took in, too. */
  readonly orphans: boolean;
}

/**
 * Whether the cache takes anything in, and what its subscribers want.
 *
 * It is open while somebody is subscribed and the cache is not shut down. Each hook of the SDK reads `open`, so that is
 * a field. Whoever brings spans from elsewhere watches the demand, and brings no more than that. A listener may subscribe
 * or close subscriptions in answer, but not for ever: past a bound its changes are not told until the next one.
 */
export class Gate {
  readonly #listeners = new ChangeListeners<SpanDemand>('demand');
  #demand: SpanDemand = { spans: false, orphans: false };
  #open = false;
  #shutDown = false;

  get open(): boolean {
    return this.#open;
  }

  /** Why nothing is taken in, while the gate is closed. */
  get closedReason(): 'no_subscriber' | 'shutdown' {
    return this.#shutDown ? 'shutdown' : 'no_subscriber';
  }

  get shutDown(): boolean {
    return this.#shutDown;
  }

  /** Calls a listener with the demand as it is now, and at each change from now on. */
  watch(listener: (demand: SpanDemand) => void): Handle {
    return this.#listeners.addAndCall(listener, this.#demand);
  }

  /** A subscriber has come or gone. */
  update(spans: boolean, orphans: boolean): void {
    this.#open = spans && !this.#shutDown;
    const previous = this.#demand;
    if (spans === previous.spans && orphans === previous.orphans) return;
    this.#demand = { spans, orphans };
    if (this.#listeners.mayChange()) this.#listeners.tell(this.#demand, previous);
  }

  /** Closes it for good. */
  close(): void {
    this.#shutDown = true;
    this.#open = false;
  }
}
