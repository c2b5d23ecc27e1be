import type { ReadableSpan } from '../../model/otel.js';
import type { Batch } from '../queue/bounded-queue.js';

/**
 * Recognizes readable spans without reading them.
 *
 * All spans of an SDK inherit one `spanContext()` from their class. Once one span has been read, every span with the
 * same method counts as readable. Calling the method on each span, only to see that it returns something, would cost
 * two or three cache misses, more than the rest of a delivery.
 */
export class SpanClass {
  #spanContext: ReadableSpan['spanContext'] | undefined;

  /** Remembers the class of a span whose context has been read. */
  learn(span: ReadableSpan): void {
    if (span.spanContext === this.#spanContext) return;
    if (!Object.hasOwn(span, 'spanContext')) this.#spanContext = span.spanContext;
  }

  /** Whether all spans are of the remembered class. */
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
