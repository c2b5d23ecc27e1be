import type { SpanCache } from '../span-cache.js';
import { Losses } from './losses.js';
import { print } from './stderr.js';
import { UnfinishedTraces, type StartedSpan } from './unfinished-traces.js';

/** Says what is known only in a thread whose spans another one prints: which have not ended, and some losses. */
export class RelayedThread {
  readonly #cache: SpanCache;
  readonly #losses: Losses;
  readonly #unfinished = new UnfinishedTraces();

  constructor(cache: SpanCache) {
    this.#cache = cache;
    // Of spans lost for other reasons, the relay tells the thread that prints.
    this.#losses = new Losses(cache, ['shutdown']);
    cache.tap({
      onStart: (span) => this.#unfinished.started(span as StartedSpan),
      onEnd: (span) => this.#unfinished.delivered(span.spanContext()),
      onEmit: () => {},
    });
  }

  /** Whatever comes afterwards waits for another call. */
  finish(): void {
    this.#cache.flush();
    const open = this.#unfinished.takeOpenSpans();
    if (open !== undefined) print(`otel-span-cache: ${open}`);
    const lost = this.#losses.all();
    if (lost !== undefined) print(`otel-span-cache: not shown: ${lost}`);
  }
}
