import { Episode } from '../../support/episode.js';
import { handleOf, type Handle } from '../../support/handle.js';

/** What the subscribers of a cache want, all of them together. */
export interface SpanDemand {
  /** Somebody is subscribed. */
  readonly spans: boolean;
  /** Somebody wants the events that no span took in, too. */
  readonly orphans: boolean;
}

type Listener = (demand: SpanDemand) => void;

/** Changes that listeners may make in answer to one, all together. */
const MAX_ANSWERS = 100;

/**
 * Whether the cache takes anything in, and what its subscribers want.
 *
 * It is open while somebody is subscribed and the cache is not shut down. Each hook of the SDK reads `open`, so that is
 * a field. Whoever brings spans from elsewhere listens to what is wanted, and brings no more than that.
 *
 * A listener may subscribe or close subscriptions in answer: all listeners are called for that after all have been called
 * for the change before. Two that each undo what the other one did would go on for ever: after 100 answers the calls
 * stop, until the next change.
 */
export class Gate {
  readonly #listeners = new Set<{ readonly call: Listener }>();
  readonly #failures = new Episode();
  #demand: SpanDemand = { spans: false, orphans: false };
  #open = false;
  #shutDown = false;
  #telling = false;
  /** The demand has changed while listeners were called. */
  #changed = false;

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
  watch(listener: Listener): Handle {
    const entry = { call: listener };
    this.#listeners.add(entry);
    this.#tell(listener, this.#demand);
    return handleOf(() => this.#listeners.delete(entry));
  }

  /** A subscriber has come or gone. */
  update(spans: boolean, orphans: boolean): void {
    this.#open = spans && !this.#shutDown;
    if (spans === this.#demand.spans && orphans === this.#demand.orphans) return;
    this.#demand = { spans, orphans };
    this.#changed = true;
    if (!this.#telling) this.#tellAll();
  }

  /** Closes it for good. */
  close(): void {
    this.#shutDown = true;
    this.#open = false;
  }

  #tellAll(): void {
    this.#telling = true;
    for (let answers = 0; this.#changed && answers <= MAX_ANSWERS; answers++) {
      this.#changed = false;
      const demand = this.#demand;
      for (const { call } of this.#listeners) this.#tell(call, demand);
    }
    this.#telling = false;
    if (this.#changed) this.#failures.report(`listeners have changed what is wanted ${MAX_ANSWERS} times in answer to a change`);
  }

  #tell(listener: Listener, demand: SpanDemand): void {
    try {
      listener(demand);
    } catch (error) {
      this.#failures.report('a listener could not be told what is wanted', error);
    }
  }
}
