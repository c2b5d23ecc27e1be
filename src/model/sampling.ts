import { TraceFlags, type SpanContext } from '@opentelemetry/api';

/** Whether the SAMPLED flag is set. A span recorded without it is for in-process use only. */
export function isSampled(spanContext: SpanContext): boolean {
  return (spanContext.traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** The decisions of a sampler, by the numbers that `SamplingDecision` has in the API and in both lines of the SDK. */
export const NOT_RECORD = 0;
export const RECORD = 1;
export const RECORD_AND_SAMPLED = 2;
