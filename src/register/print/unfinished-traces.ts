import type { SpanContext } from '@opentelemetry/api';

/** Spans known at most. Past that, the oldest trace is forgotten, and so taken for finished. */
const MAX_SPANS = 10_000;

/**
 * The traces with spans that have started and were not delivered.
 *
 * A span counts until its delivery, not until its end: what has ended may still be in the cache's queue.
 */
export class UnfinishedTraces {
  readonly #traces = new Map<string, Set<string>>();
  #size = 0;

  started({ traceId, spanId }: SpanContext): void {
    const trace = this.#traces.get(traceId) ?? new Set<string>();
    this.#traces.set(traceId, trace);
    if (trace.has(spanId)) return;
    trace.add(spanId);
    this.#size++;
    if (this.#size > MAX_SPANS) this.#forget(this.#traces.keys().next().value!);
  }

  /** Returns whether the span was known, as those of other threads are not. */
  delivered({ traceId, spanId }: SpanContext): boolean {
    const trace = this.#traces.get(traceId);
    if (!trace?.delete(spanId)) return false;
    this.#size--;
    if (trace.size === 0) this.#traces.delete(traceId);
    return true;
  }

  has(traceId: string): boolean {
    return this.#traces.has(traceId);
  }

  hasSpan({ traceId, spanId }: SpanContext): boolean {
    return this.#traces.get(traceId)?.has(spanId) ?? false;
  }

  #forget(traceId: string): void {
    this.#size -= this.#traces.get(traceId)?.size ?? 0;
    this.#traces.delete(traceId);
  }
}
