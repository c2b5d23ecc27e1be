import type { Context, SpanContext } from '@opentelemetry/api';

/** Decisions whose span was not seen to start; more than nested starts need. */
const MAX_DECISIONS = 16;

/**
 * The spans that are recorded only because of `LiveSampler`.
 *
 * The sampler decides before there is a span, so the span processor adds it when it starts, inside the same call. Known
 * by its span context: that object is also there when the span is over, or when only its context was passed on.
 */
export class SpansRecordedHere {
  readonly #spans = new WeakSet<SpanContext>();
  /** Decisions whose span has not started; several if a processor starts spans in `onStart()`. */
  readonly #decisions: { readonly context: Context; readonly traceId: string }[] = [];

  /** The sampler has a span recorded. If no processor of the cache sees it start, the decision is forgotten. */
  noteDecision(context: Context, traceId: string): void {
    this.#decisions.push({ context, traceId });
    if (this.#decisions.length > MAX_DECISIONS) this.#decisions.shift();
  }

  /** A span starts: adds it if it was decided on. */
  onStart(span: unknown, parentContext: Context): void {
    if (this.#decisions.length === 0) return;
    try {
      this.#add((span as { spanContext(): SpanContext }).spanContext(), parentContext);
    } catch {
      // Not a span.
    }
  }

  has(spanContext: SpanContext): boolean {
    return this.#spans.has(spanContext);
  }

  #add(spanContext: SpanContext, parentContext: Context): void {
    const { traceId } = spanContext;
    const index = this.#decisions.findLastIndex((each) => each.context === parentContext && each.traceId === traceId);
    if (index < 0) return;
    this.#decisions.length = index;
    this.#spans.add(spanContext);
  }
}
