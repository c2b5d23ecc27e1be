import { randomIds } from '../sdk/random-ids.js';

/** A parent for the spans of another process. */
export interface InjectedParent {
  readonly traceId: string;
  readonly spanId: string;
  /** As a header: https://www.w3.org/TR/trace-context/#traceparent-header. Sampled. */
  readonly traceparent: string;
}

export function newParent(): InjectedParent {
  const traceId = randomIds.generateTraceId();
  const spanId = randomIds.generateSpanId();
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}
