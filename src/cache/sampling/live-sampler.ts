import {
  isSpanContextValid,
  trace,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
} from '@opentelemetry/api';
import type { Sampler, SamplingResult } from '../../model/otel.js';
import { NOT_RECORD, RECORD } from '../../model/sampling.js';
import type { RecordedSpans } from './spans-sampled-here.js';
import type { RecordingControl } from './sampling-control.js';

/**
 * Has spans recorded that its delegate leaves unrecorded, for the cache alone: never sampled, so no exporter and
 * no other service sees a difference. What the delegate records or samples stays as it says, and what
 * it throws goes where it would without this: to whoever starts the span.
 *
 * Whole traces: a span without a parent in this process is decided by its trace id, any other follows its
 * parent, be that parent over and whatever the settings are by then. Off, only those follow that were
 * recorded because of this.
 */
export class RecordingSampler implements Sampler {
  readonly #delegate: Sampler;
  readonly #recording: RecordingControl;
  readonly #recorded: RecordedSpans;

  constructor(delegate: Sampler, recording: RecordingControl, recorded: RecordedSpans) {
    this.#delegate = delegate;
    this.#recording = recording;
    this.#recorded = recorded;
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
    if (result.decision !== NOT_RECORD || !this.#recording.everEnabled) return result;
    if (!this.#isWanted(context, traceId)) return result;
    this.#recorded.expect(context, traceId);
    return { ...result, decision: RECORD };
  }

  toString(): string {
    return `SpanCacheSampler{${this.#delegate.toString()}}`;
  }

  /** With recording off, this is all that it costs: is the parent one of ours? */
  #isWanted(context: Context, traceId: string): boolean {
    const parent = trace.getSpan(context);
    const parentContext = parent?.spanContext();
    if (parentContext !== undefined && this.#recorded.has(parentContext)) return true;
    const { traces } = this.#recording;
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
