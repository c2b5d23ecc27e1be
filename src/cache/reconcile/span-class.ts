import type { ReadableSpan } from '../../model/otel.js';
import type { Batch } from '../queue/bounded-queue.js';

/**
 * Tells whether spans can be read, without reading them.
 *
 * The spans of an SDK are of one class and inherit one `spanContext()`. When one of them has been read, that
 * method is known, and so are all spans that inherit it. To call it on each, only to see that it returns
 * something, would miss the processor's cache two or three times, which is more than all else that a
 * delivery costs.
 */
export class SpanClass {
  #spanContext: ReadableSpan['spanContext'] | undefined;

  /** Remembers the class of a span whose context has been read. */
  learn(span: ReadableSpan): void {
    if (span.spanContext === this.#spanContext) return;
    if (!Object.hasOwn(span, 'spanContext')) this.#spanContext = span.spanContext;
  }

  /** Whether all spans are of the class that is known. */
  includes(batch: Batch<ReadableSpan>): boolean {
    const known = this.#spanContext;
    if (known === undefined) return false;
    try {
      for (let i = 0; i < batch.length; i++) {
        if (batch.items[i]!.spanContext !== known) return false;
      }
    } catch {
      return false;
    }
    return true;
  }
}
