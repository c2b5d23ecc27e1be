import type { Context, SpanContext } from '@opentelemetry/api';

/** Maximum number of decisions whose span has not started; more than nested starts need. */
const MAX_DECISIONS = 16;

/**
 * The spans that are recorded only because of `LiveSampler`.
 *
 * The sampler decides before the span exists, so the span processor adds the span when it starts, within the same call.
 * Spans are identified by their span context, an object that is still available after the span has ended, or when only
 * its context was passed on.
 */
export class SpansRecordedHere {
  readonly #spans = new WeakSet<SpanContext>();
  /** Decisions whose span has not started. More than one if a processor starts spans in `onStart()`. */
  readonly #decisions: { readonly context: Context; readonly traceId: string }[] = [];

  /**
   * Notes that the sampler records a span. If no processor of the cache sees that span start, the decision is
   * forgotten.
   */
  noteDecision(context: Context, traceId: string): void {
    this.#decisions.push({ context, traceId });
    if (this.#decisions.length > MAX_DECISIONS) this.#decisions.shift();
  }

  /** Adds a starting span if the sampler decided to record it. */
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
