import type { SpanContext } from '@opentelemetry/api';
import { RecentMap } from '../../model/recent-map.js';

/** Number of spans whose ids are kept. */
export const MAX_PASSED = 10_000;

/**
 * The spans that were passed on last: at most 10,000. Beyond that, the oldest is removed, and its log records wait as
 * for a span that is still to come.
 */
export class PassedSpans {
  readonly #spans = new RecentMap<true>(MAX_PASSED);

  add(span: SpanContext): void {
    this.#spans.set(keyOf(span), true);
  }

  has(span: SpanContext): boolean {
    return this.#spans.get(keyOf(span)) === true;
  }
}

function keyOf({ traceId, spanId }: SpanContext): string {
  return traceId + spanId;
}
