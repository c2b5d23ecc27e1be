import { TraceFlags, type SpanContext } from '@opentelemetry/api';

/** Whether the SAMPLED flag is set. A span recorded without it is for in-process use only. */
export function isSampled(spanContext: SpanContext): boolean {
  return (spanContext.traceFlags & TraceFlags.SAMPLED) !== 0;
}
