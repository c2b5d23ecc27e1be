import { TraceFlags, type SpanContext } from '@opentelemetry/api';

/** Whether the SAMPLED flag is set. Spans recorded without it are not exported. */
export function isSampled(spanContext: SpanContext): boolean {
  return (spanContext.traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** Sampling decisions, with the values of `SamplingDecision` in the API and in both lines of the SDK. */
export const NOT_RECORD = 0;
export const RECORD = 1;
export const RECORD_AND_SAMPLED = 2;
