import { internalsOf } from '../../cache/internals.js';
import type { SpanCache } from '../../cache/span-cache.js';
import type { Handle } from '../../support/handle.js';
import { Losses } from './losses.js';
import { OpenSpansReporter } from './open-spans-reporter.js';
import { print } from './stderr.js';
import { treeText } from './tree-text.js';

/** Shows what is known only in a thread whose spans another one prints: which have not ended, and some losses. */
export class RelayedThread {
  readonly #cache: SpanCache;
  readonly #losses: Losses;
  readonly #openSpans: OpenSpansReporter;
  readonly #observing: Handle;

  constructor(cache: SpanCache) {
    this.#cache = cache;
    // Of spans lost for other reasons, the relay tells the thread that prints.
    this.#losses = new Losses(cache, ['shutdown']);
    this.#openSpans = new OpenSpansReporter(cache);
    this.#observing = internalsOf(cache).observe({
      onStart: () => this.started(),
      onEnd: () => this.#openSpans.ended(),
    });
  }

  /** Told of a span that has started before this was there. */
  started(): void {
    this.#openSpans.started();
  }

  /** Counts nothing more. */
  close(): void {
    this.#observing.close();
  }

  /** Whatever comes afterwards waits for another call. */
  finish(): void {
    this.#cache.flush();
    const open = this.#openSpans.take();
    if (open.shown > 0) print(open.heading);
    for (const [traceId, spans] of open.traces) print(treeText(traceId, spans));
    this.#losses.addOpen(open);
    const lost = this.#losses.all();
    if (lost !== undefined) print(`otel-span-cache: not shown: ${lost}`);
  }
}
