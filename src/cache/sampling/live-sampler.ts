import { isSpanContextValid, trace } from '@opentelemetry/api';
import type { Attributes, Context, Link, Span, SpanContext, SpanKind } from '@opentelemetry/api';
import type { Sampler, SamplingResult } from '../../model/otel.js';
import { NOT_RECORD, RECORD } from '../../model/sampling.js';
import type { SamplingControl } from './sampling-control.js';
import type { SpansRecordedHere } from './spans-recorded-here.js';

/**
 * Records spans that its delegate drops, for the cache alone: they are not sampled, so exporters and other services see
 * no difference. Decisions of the delegate to record or sample are passed on, and its errors propagate to the caller
 * that starts the span, as without this wrapper.
 *
 * Records whole traces: local roots are decided by trace id, and other spans follow their parent, even if it has ended
 * or the settings have changed. While sampling is off, only children of spans recorded by this sampler are recorded.
 */
export class LiveSampler implements Sampler {
  readonly #delegate: Sampler;
  readonly #sampling: SamplingControl;
  readonly #recordedHere: SpansRecordedHere;

  constructor(delegate: Sampler, sampling: SamplingControl, recordedHere: SpansRecordedHere) {
    this.#delegate = delegate;
    this.#sampling = sampling;
    this.#recordedHere = recordedHere;
    sampling.attachSampler();
  }

  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const result = this.#delegate.shouldSample(context, traceId, spanName, spanKind, attributes, links);
    if (result.decision !== NOT_RECORD || !this.#sampling.hasBeenEnabled) return result;
    if (!this.#isWanted(context, traceId)) return result;
    this.#recordedHere.noteDecision(context, traceId);
    return { ...result, decision: RECORD };
  }

  toString(): string {
    return `SpanCacheSampler{${this.#delegate.toString()}}`;
  }

  /** While sampling is off, costs one look-up of the parent. */
  #isWanted(context: Context, traceId: string): boolean {
    const parent = trace.getSpan(context);
    const parentContext = parent?.spanContext();
    if (parentContext !== undefined && this.#recordedHere.has(parentContext)) return true;
    const { traces } = this.#sampling;
    if (traces === undefined) return false;
    return isLocal(parentContext) ? isRecorded(parent!) : traces.includes(traceId);
  }
}

/** Whether a parent belongs to this process. An invalid span context does not count as a parent. */
function isLocal(parentContext: SpanContext | undefined): boolean {
  return parentContext !== undefined && !parentContext.isRemote && isSpanContextValid(parentContext);
}

/** Whether a span is recording, or was until it ended. Always false for spans that only carry ids. */
function isRecorded(span: Span): boolean {
  return span.isRecording() || ('ended' in span && span.ended === true);
}
