import { Episode } from '../diagnostics/episode.js';

/** What the subscribers of a cache want, all of them together. */
export interface SpanDemand {
  /** Somebody is subscribed. */
  readonly spans: boolean;
  /** Somebody wants the events that no span took in, too. */
  readonly orphans: boolean;
}

/** Tells what is wanted to those who could bring it, and spares them the work when nobody wants it. */
export class Demand {
  readonly #listeners = new Set<(demand: SpanDemand) => void>();
  readonly #failures = new Episode();
  #current: SpanDemand = { spans: false, orphans: false };

  /** Tells a listener what is wanted now, and each change from now on, until what this returns is disposed of. */
  watch(listener: (demand: SpanDemand) => void): Disposable {
    this.#listeners.add(listener);
    this.#tell(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  update(spans: boolean, orphans: boolean): void {
    if (spans === this.#current.spans && orphans === this.#current.orphans) return;
    this.#current = { spans, orphans };
    for (const listener of this.#listeners) this.#tell(listener);
  }

  #tell(listener: (demand: SpanDemand) => void): void {
    try {
      listener(this.#current);
    } catch (error) {
      this.#failures.report('a listener could not be told what is wanted', error);
    }
  }
}
