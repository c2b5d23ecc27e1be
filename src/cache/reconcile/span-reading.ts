import type { SpanContext } from '@opentelemetry/api';
import { identityOf, type SpanIdentity } from '../../model/span-map.js';

/** A span context with its ids, read only once: the owner of the context may reuse it for another span. */
export interface SpanReading extends SpanIdentity {
  readonly spanContext: SpanContext;
}

/**
 * Reads a span context. Returns undefined if it has no ids.
 *
 * @throws TypeError if an id is not a string
 */
export function readingOf(spanContext: SpanContext): SpanReading | undefined {
  const ids = identityOf(spanContext);
  return ids && { traceId: ids.traceId, spanId: ids.spanId, spanContext };
}
