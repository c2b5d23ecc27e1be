import type { Attributes, HrTime, Link, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api';
import { inspect, inspectSpan } from '../../model/inspect-span.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { InstrumentationScope, Resource, TimedEvent } from '../../model/otel.js';

/** All that a stored span says; the span contexts as values. */
export interface StoredSpanFields extends Omit<DeliveredSpan, 'spanContext' | 'parentSpanContext'> {
  readonly context: SpanContext;
  readonly parentSpanContext: SpanContext | undefined;
}

/**
 * A span as the store gives it back: an object of its own, with every member of a `ReadableSpan`.
 *
 * All that it says is in enumerable fields, the span context too: two spans are deeply equal just if
 * they say the same.
 */
export class StoredSpan implements DeliveredSpan {
  readonly name: string;
  readonly kind: SpanKind;
  /** Not private: see above. */
  readonly context: SpanContext;
  // The SDK declares this optional without `undefined`, and sets it to undefined all the same.
  readonly parentSpanContext: SpanContext;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
  readonly ended: boolean;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly links: Link[];
  readonly events: TimedEvent[];
  readonly resource: Resource;
  readonly instrumentationScope: InstrumentationScope;
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
  readonly revision: number;
  // @ts-expect-error It is never read: it is there to be referred to.
  // oxlint-disable-next-line no-unused-private-class-members
  readonly #neighbours: object | undefined;

  /** @param neighbours spans that are alive as long as this one */
  constructor(fields: StoredSpanFields, neighbours?: object) {
    this.#neighbours = neighbours;
    this.name = fields.name;
    this.kind = fields.kind;
    this.context = fields.context;
    this.parentSpanContext = fields.parentSpanContext as SpanContext;
    this.startTime = fields.startTime;
    this.endTime = fields.endTime;
    this.duration = fields.duration;
    this.ended = fields.ended;
    this.status = fields.status;
    this.attributes = fields.attributes;
    this.links = fields.links;
    this.events = fields.events;
    this.resource = fields.resource;
    this.instrumentationScope = fields.instrumentationScope;
    this.droppedAttributesCount = fields.droppedAttributesCount;
    this.droppedEventsCount = fields.droppedEventsCount;
    this.droppedLinksCount = fields.droppedLinksCount;
    this.revision = fields.revision ?? 0;
  }

  /** A property: it may be called detached from the span. */
  get spanContext(): () => SpanContext {
    const { context } = this;
    return () => context;
  }

  [inspect](): object {
    return inspectSpan(this);
  }
}
