import type { SpanContext } from '@opentelemetry/api';

/** What is read of a span that has started. */
export interface StartedSpan {
  readonly name: string;
  spanContext(): SpanContext;
}

interface Entry {
  readonly span: StartedSpan;
  ended: boolean;
}

/** Spans known at most. Past that, the oldest trace is forgotten, and so taken for finished. */
const MAX_SPANS = 10_000;

/**
 * The traces with spans that have started and were not delivered, and these spans.
 *
 * A span counts until its delivery, not until its end: what has ended may still be in the cache's queue.
 */
export class UnfinishedTraces {
  readonly #traces = new Map<string, Map<string, Entry>>();
  #size = 0;

  started(span: StartedSpan): void {
    const { traceId, spanId } = span.spanContext();
    const trace = this.#traces.get(traceId) ?? new Map<string, Entry>();
    this.#traces.set(traceId, trace.set(spanId, { span, ended: false }));
    this.#size++;
    if (this.#size > MAX_SPANS) this.forget(this.#traces.keys().next().value!);
  }

  ended({ traceId, spanId }: SpanContext): void {
    const entry = this.#traces.get(traceId)?.get(spanId);
    if (entry !== undefined) entry.ended = true;
  }

  delivered({ traceId, spanId }: SpanContext): void {
    const trace = this.#traces.get(traceId);
    if (!trace?.delete(spanId)) return;
    this.#size--;
    if (trace.size === 0) this.#traces.delete(traceId);
  }

  has(traceId: string): boolean {
    return this.#traces.has(traceId);
  }

  forget(traceId: string): void {
    this.#size -= this.#traces.get(traceId)?.size ?? 0;
    this.#traces.delete(traceId);
  }

  /** Forgets all; returns the spans that have not ended. */
  takeOpenSpans(): StartedSpan[] {
    const open: StartedSpan[] = [];
    for (const trace of this.#traces.values()) {
      for (const { span, ended } of trace.values()) if (!ended) open.push(span);
    }
    this.#traces.clear();
    this.#size = 0;
    return open;
  }
}
