import { Episode } from '../../support/episode.js';

/** What the subscribers of a cache want, all of them together. */
export interface SpanDemand {
  /** Somebody is subscribed. */
  readonly spans: boolean;
  /** Somebody wants the events that no span took in, too. */
  readonly orphans: boolean;
}

/** Changes that listeners may make while they are told of one, all together. */
const MAX_ANSWERS = 100;

/**
 * Tells what is wanted to those who could bring it, and spares them the work when nobody wants it.
 *
 * A listener may subscribe or close subscriptions in answer: all are told of that once they have been told of the change
 * before. Two that each undo what the other one did would go on for ever: after 100 answers they are told no more, and
 * hear at the next change what is wanted by then.
 */
export class Demand {
  readonly #listeners = new Set<(demand: SpanDemand) => void>();
  readonly #failures = new Episode();
  #current: SpanDemand = { spans: false, orphans: false };
  #telling = false;
  /** What is wanted has changed while listeners were told. */
  #changed = false;

  /** Tells a listener what is wanted now, and each change from now on, until what this returns is disposed of. */
  watch(listener: (demand: SpanDemand) => void): Disposable {
    this.#listeners.add(listener);
    this.#tell(listener, this.#current);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  update(spans: boolean, orphans: boolean): void {
    if (spans === this.#current.spans && orphans === this.#current.orphans) return;
    this.#current = { spans, orphans };
    this.#changed = true;
    if (!this.#telling) this.#tellAll();
  }

  #tellAll(): void {
    this.#telling = true;
    for (let answers = 0; this.#changed && answers <= MAX_ANSWERS; answers++) {
      this.#changed = false;
      const demand = this.#current;
      for (const listener of this.#listeners) this.#tell(listener, demand);
    }
    this.#telling = false;
    if (this.#changed) this.#failures.report(`listeners have changed what is wanted ${MAX_ANSWERS} times in answer to a change`);
  }

  #tell(listener: (demand: SpanDemand) => void, demand: SpanDemand): void {
    try {
      listener(demand);
    } catch (error) {
      this.#failures.report('a listener could not be told what is wanted', error);
    }
  }
}
