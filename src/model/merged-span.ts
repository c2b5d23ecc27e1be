import type { Attributes, HrTime, Link, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api';
import { inspect, inspectSpan } from './inspect-span.js';
import type { InstrumentationScope, ReadableSpan, Resource, TimedEvent } from './otel.js';

/** A span as subscribers get it. */
export interface DeliveredSpan extends ReadableSpan {
  /**
   * How often the span was amended before: with `lateEvents: 'amend'` it is delivered again, with a
   * revision one higher, when events come after it. Absent means 0.
   */
  readonly revision?: number;
}

/**
 * An ended span seen together with its log events.
 *
 * A view, because the SDK's span object is shared by all span processors and must not change. Each member reads the span,
 * except for the events and their dropped count. That costs one small object; a copy of all members costs about a
 * microsecond, and a spread loses those that are getters.
 */
export class MergedSpan implements DeliveredSpan {
  readonly #span: ReadableSpan;
  readonly events: TimedEvent[];
  readonly droppedEventsCount: number;
  readonly revision: number;

  constructor(span: ReadableSpan, events: TimedEvent[], droppedEventsCount: number, revision: number) {
    this.#span = span;
    this.events = events;
    this.droppedEventsCount = droppedEventsCount;
    this.revision = revision;
  }

  /** A property, as in the SDK: exporters may call it detached from the span. */
  get spanContext(): () => SpanContext {
    const span = this.#span;
    return () => span.spanContext();
  }

  get name(): string { return this.#span.name; }
  get kind(): SpanKind { return this.#span.kind; }
  /** The SDK declares this optional without `undefined`; a getter can only say "maybe undefined". */
  get parentSpanContext(): SpanContext { return this.#span.parentSpanContext as SpanContext; }
  get startTime(): HrTime { return this.#span.startTime; }
  get endTime(): HrTime { return this.#span.endTime; }
  get status(): SpanStatus { return this.#span.status; }
  get attributes(): Attributes { return this.#span.attributes; }
  get links(): Link[] { return this.#span.links; }
  get duration(): HrTime { return this.#span.duration; }
  get ended(): boolean { return this.#span.ended; }
  get resource(): Resource { return this.#span.resource; }
  get instrumentationScope(): InstrumentationScope { return this.#span.instrumentationScope; }
  get droppedAttributesCount(): number { return this.#span.droppedAttributesCount; }
  get droppedLinksCount(): number { return this.#span.droppedLinksCount; }

  /** `console.log` and assertion messages show the members, not an empty class. */
  [inspect](): object {
    return inspectSpan(this);
  }
}
