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

/** Names of spans in one line at most. */
const MAX_NAMES = 5;

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

  forget(traceId: string): void {
    this.#size -= this.#traces.get(traceId)?.size ?? 0;
    this.#traces.delete(traceId);
  }

  /** Says which spans have not ended, if there are any, and forgets all. */
  takeOpenSpans(): string | undefined {
    const names: string[] = [];
    for (const trace of this.#traces.values()) {
      for (const { span, ended } of trace.values()) if (!ended) names.push(span.name);
    }
    this.#traces.clear();
    this.#size = 0;
    return names.length > 0 ? `spans that have not ended: ${some(names)}` : undefined;
  }
}

function some(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  const shown = names.slice(0, MAX_NAMES).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}
