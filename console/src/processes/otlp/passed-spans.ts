import type { SpanContext } from '@opentelemetry/api';

/** Number of spans whose ids are kept. */
export const MAX_PASSED = 10_000;

/** Ids of the last spans that were passed on without waiting for log records. */
export class PassedSpans {
  readonly #ids = new Set<string>();

  add(span: SpanContext): void {
    this.#ids.add(keyOf(span));
    if (this.#ids.size <= MAX_PASSED) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      return;
    }
  }

  has(span: SpanContext): boolean {
    return this.#ids.has(keyOf(span));
  }
}

function keyOf({ traceId, spanId }: SpanContext): string {
  return traceId + spanId;
}
