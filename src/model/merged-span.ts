import type { Attributes, HrTime, Link, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api';
import { inspect, inspectSpan } from './inspect-span.js';
import type { InstrumentationScope, ReadableSpan, Resource, TimedEvent } from './otel.js';

/** A span as subscribers receive it. */
export interface DeliveredSpan extends ReadableSpan {
  /**
   * Number of times the span has been amended: with `lateEvents: 'amend'`, late events cause another delivery of their
   * span, with the next revision. Undefined means 0.
   */
  readonly revision?: number;
}

/**
 * A view of an ended span with its log events merged in.
 *
 * The SDK's span object is shared by all span processors, so it must not change. Each member except the events and
 * their dropped count reads the span. The view costs one small object; copying all members takes about a microsecond,
 * and object spread omits getters.
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

  /** Returns a bound function, as in the SDK, because exporters may call it detached from the span. */
  get spanContext(): () => SpanContext {
    const span = this.#span;
    return () => span.spanContext();
  }

  get name(): string {
    return this.#span.name;
  }
  get kind(): SpanKind {
    return this.#span.kind;
  }
  /** May be undefined. The SDK declares an optional member, which a getter cannot be. */
  get parentSpanContext(): SpanContext {
    return this.#span.parentSpanContext as SpanContext;
  }
  get startTime(): HrTime {
    return this.#span.startTime;
  }
  get endTime(): HrTime {
    return this.#span.endTime;
  }
  get status(): SpanStatus {
    return this.#span.status;
  }
  get attributes(): Attributes {
    return this.#span.attributes;
  }
  get links(): Link[] {
    return this.#span.links;
  }
  get duration(): HrTime {
    return this.#span.duration;
  }
  get ended(): boolean {
    return this.#span.ended;
  }
  get resource(): Resource {
    return this.#span.resource;
  }
  get instrumentationScope(): InstrumentationScope {
    return this.#span.instrumentationScope;
  }
  get droppedAttributesCount(): number {
    return this.#span.droppedAttributesCount;
  }
  get droppedLinksCount(): number {
    return this.#span.droppedLinksCount;
  }

  /** Shows the members in `console.log` and assertion messages instead of an empty class. */
  [inspect](): object {
    return inspectSpan(this);
  }
}
