import { isSpanContextValid, trace } from '@opentelemetry/api';
import type { Attributes, Context, Link, Span, SpanContext, SpanKind } from '@opentelemetry/api';
import type { Sampler, SamplingResult } from '../../model/otel.js';
import { NOT_RECORD, RECORD } from '../../model/sampling.js';
import type { SamplingControl } from './sampling-control.js';
import type { SpansRecordedHere } from './spans-recorded-here.js';

/**
 * Records spans that its delegate leaves unrecorded, for the cache alone: they are never sampled, so no exporter and
 * no other service sees a difference. Decisions of the delegate to record or to sample are passed on, and what it throws
 * reaches whoever starts the span, as without this.
 *
 * Whole traces: a span without a parent in this process is decided by its trace id, any other follows its
 * parent, even if that has ended or the settings have changed. While sampling is off, only children of spans that were
 * recorded because of this follow.
 */
export class LiveSampler implements Sampler {
  readonly #delegate: Sampler;
  readonly #sampling: SamplingControl;
  readonly #recordedHere: SpansRecordedHere;

  constructor(delegate: Sampler, sampling: SamplingControl, recordedHere: SpansRecordedHere) {
    this.#delegate = delegate;
    this.#sampling = sampling;
    this.#recordedHere = recordedHere;
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

  /** While sampling is off, this costs one look-up of the parent. */
  #isWanted(context: Context, traceId: string): boolean {
    const parent = trace.getSpan(context);
    const parentContext = parent?.spanContext();
    if (parentContext !== undefined && this.#recordedHere.has(parentContext)) return true;
    const { traces } = this.#sampling;
    if (traces === undefined) return false;
    return isLocal(parentContext) ? isRecorded(parent!) : traces.includes(traceId);
  }
}

/** Whether a parent is one of this process. A span context that is not valid is no parent. */
function isLocal(parentContext: SpanContext | undefined): boolean {
  return parentContext !== undefined && !parentContext.isRemote && isSpanContextValid(parentContext);
}

/** Whether a span is recording, or did until it ended. One that only carries ids never does. */
function isRecorded(span: Span): boolean {
  return span.isRecording() || ('ended' in span && span.ended === true);
}
