import { guarded } from '../support/report.js';
import { queueMicrotask, ROOT } from '../support/timers.js';
import type { ReadableSpan } from '../model/otel.js';
import { internalsOf } from '../cache/internals.js';
import type { SpanCache } from '../cache/span-cache.js';
import type { Handle } from '../support/handle.js';

type Stats = ReturnType<SpanCache['stats']>;

/**
 * Delivers in a microtask, as soon as a job of this thread is done.
 *
 * Between two jobs, a worker of a pool may sleep in `Atomics.wait()`. Its event loop then stands still, and the cache's
 * timer with it. The answer to a job takes at least a microtask, so what is delivered here is on its way first. A job is
 * done when its local root has ended, or when no span is open; a log record that comes then is delivered in the same way.
 *
 * Costs a span a few additions. All jobs that are done before the microtask runs are delivered by it together.
 */
export class PromptDelivery {
  readonly #onArrival: () => void;
  readonly #deliver: () => void;
  readonly #observing: Handle;
  readonly #before: Stats;
  #spans = 0;
  #events = 0;
  #open = 0;
  #scheduled = false;

  /**
   * @param onArrival is called when a span has ended or a log record was emitted
   * @param onDelivered is called after a delivery
   */
  constructor(cache: SpanCache, onArrival: () => void, onDelivered: () => void) {
    this.#onArrival = onArrival;
    this.#before = cache.stats();
    const internals = internalsOf(cache);
    const deliver = guarded('the delivery to another thread', () => {
      this.#scheduled = false;
      internals.deliver();
      onDelivered();
    });
    // Not in the context of the job that ended a span.
    this.#deliver = ROOT.bind(deliver);
    this.#observing = internals.observe({
      everyRecord: false,
      onStart: () => void this.#open++,
      onEnd: (span) => this.#ended(span),
      onEmit: () => {
        this.#events++;
        onArrival();
        // Nothing that may end later would bring it along.
        if (this.#open === 0) this.#schedule();
      },
    });
  }

  /** Whether `onArrival` was called for all that has come in. It is not for what another processor exports. */
  hasSeen({ spans, events }: Stats): boolean {
    return (
      spans.received === this.#before.spans.received + this.#spans &&
      events.received === this.#before.events.received + this.#events
    );
  }

  close(): void {
    this.#observing.close();
  }

  #ended(span: ReadableSpan): void {
    this.#spans++;
    // Some may have started before this was there.
    if (this.#open > 0) this.#open--;
    this.#onArrival();
    if (this.#open === 0 || isLocalRoot(span)) this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(this.#deliver);
  }
}

function isLocalRoot({ parentSpanContext: parent }: ReadableSpan): boolean {
  return parent === undefined || parent.isRemote === true;
}
