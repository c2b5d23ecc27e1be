import { randomBytes } from 'node:crypto';

/** A parent for the spans of another process. */
export interface InjectedParent {
  readonly traceId: string;
  readonly spanId: string;
  /** As a header: https://www.w3.org/TR/trace-context/#traceparent-header. Sampled. */
  readonly traceparent: string;
}

export function newParent(): InjectedParent {
  const traceId = randomId(16);
  const spanId = randomId(8);
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

/** An id of zeros is none. */
function randomId(bytes: number): string {
  const id = randomBytes(bytes);
  if (id.every((byte) => byte === 0)) id[0] = 1;
  return id.toString('hex');
}
