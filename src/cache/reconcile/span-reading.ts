import type { SpanContext } from '@opentelemetry/api';
import { identityOf, type SpanIdentity } from '../../model/span-map.js';

/** A span context with its ids, read once: its owner may use it again for another span. */
export interface SpanReading extends SpanIdentity {
  readonly spanContext: SpanContext;
}

/**
 * Reads a span context; undefined if it has no ids.
 *
 * @throws TypeError if one of the ids is no string
 */
export function readingOf(spanContext: SpanContext): SpanReading | undefined {
  const ids = identityOf(spanContext);
  return ids && { traceId: ids.traceId, spanId: ids.spanId, spanContext };
}
