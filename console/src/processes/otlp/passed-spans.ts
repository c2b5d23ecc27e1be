import type { SpanContext } from '@opentelemetry/api';

/** Number of spans whose ids are kept. */
export const MAX_PASSED = 10_000;

/**
 * Ids of the spans that were passed on last: at most 10,000. Beyond that, the oldest is removed, and its log records wait
 * as for a span that is still to come.
 */
export class PassedSpans {
  readonly #ids = new Set<string>();

  add(span: SpanContext): void {
    this.#ids.add(keyOf(span));
    if (this.#ids.size <= MAX_PASSED) return;
    const [oldest] = this.#ids;
    this.#ids.delete(oldest!);
  }

  has(span: SpanContext): boolean {
    return this.#ids.has(keyOf(span));
  }
}

function keyOf({ traceId, spanId }: SpanContext): string {
  return traceId + spanId;
}
