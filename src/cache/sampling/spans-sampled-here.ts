import type { Context, SpanContext } from '@opentelemetry/api';

/** Spans decided on and not seen to start; more than nested starts need. */
const MAX_EXPECTED = 16;

/**
 * The spans that are recorded only because the cache wants them.
 *
 * The sampler decides before there is a span, so the span processor adds it when it starts, inside the same call. Known
 * by its span context: that object is also there when the span is over, or when only its context was passed on.
 */
export class RecordedSpans {
  readonly #spans = new WeakSet<SpanContext>();
  /** Those decided on whose start is being processed; several if a processor starts spans in `onStart()`. */
  readonly #expected: { readonly context: Context; readonly traceId: string }[] = [];

  /** The sampler has a span recorded. If no processor of the cache sees it start, it is forgotten. */
  expect(context: Context, traceId: string): void {
    this.#expected.push({ context, traceId });
    if (this.#expected.length > MAX_EXPECTED) this.#expected.shift();
  }

  /** A span starts: is it one of those? */
  started(span: unknown, parentContext: Context): void {
    if (this.#expected.length === 0) return;
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
    const index = this.#expected.findLastIndex(
      ({ context, traceId }) => context === parentContext && traceId === spanContext.traceId,
    );
    if (index < 0) return;
    this.#expected.length = index;
    this.#spans.add(spanContext);
  }
}
