import { guarded } from '../support/report.js';
import { queueMicrotask, ROOT } from '../support/timers.js';
import type { ReadableSpan } from '../model/otel.js';
import { internalsOf } from '../cache/internals.js';
import type { SpanCache } from '../cache/span-cache.js';
import type { Handle } from '../support/handle.js';

type Stats = ReturnType<SpanCache['stats']>;

/**
 * Flushes the cache in a microtask as soon as a job of this thread is done.
 *
 * Between jobs, a pool worker may block in `Atomics.wait()`, which stops its event loop and the cache's timer. A worker
 * needs at least one microtask to answer a job, so the spans delivered here are sent before it blocks. A job counts as
 * done when a local root has ended or no span is open; a log record emitted while no span is open triggers a delivery
 * too.
 *
 * Jobs that end before the microtask runs share one delivery.
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
   * @param onArrival called when a span has ended or a log record was emitted
   * @param onDelivered called after each delivery made here
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
    // Bound to the root context, so that the delivery does not run in the context of a job.
    this.#deliver = ROOT.bind(deliver);
    this.#observing = internals.observe({
      everyRecord: false,
      onStart: () => void this.#open++,
      onEnd: (span) => this.#ended(span),
      onEmit: () => {
        this.#events++;
        onArrival();
        // If spans are open, the end of the last one delivers the record too.
        if (this.#open === 0) this.#schedule();
      },
    });
  }

  /** Whether `onArrival` was called for everything received. It is not called for spans exported to `cache.exporter`. */
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
    // A span may have started before this object was created.
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
