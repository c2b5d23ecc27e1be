import {
  SpanStatusCode,
  type Attributes,
  type HrTime,
  type Link,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
} from '@opentelemetry/api';
import { durationBetween } from '../../model/hr-time.js';
import { inspect, inspectSpan } from '../../model/inspect-span.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { InstrumentationScope, Resource, TimedEvent } from '../../model/otel.js';
import { Byte, Id, Part, Time, type Columns } from './columns.js';
import { RowReader } from './row-reader.js';

/**
 * Restores the span of a row whose values begin at `start`. Times are always new objects; span contexts, attributes,
 * status and lists are new unless they were stored by reference.
 */
export function readSpan(columns: Columns, row: number, start: number): DeliveredSpan {
  const reader = new RowReader(columns, row, start);
  return reader.has(Part.KEPT_SPAN) ? (reader.next() as DeliveredSpan) : new StoredSpan(reader);
}

/**
 * A span read from the store, with every member of a `ReadableSpan`.
 *
 * All data is in enumerable fields, the span context included, so that deep equality compares it.
 */
export class StoredSpan implements DeliveredSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  // Undefined for a root. The SDK's type is optional without `undefined`, but the SDK sets it to undefined all the same.
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

  /** Reads the values in the order in which `writeSpan` writes them. */
  constructor(row: RowReader) {
    this.kind = row.byte(Byte.KIND);
    this.startTime = row.time(Time.START);
    this.endTime = row.time(Time.END);
    this.ended = true;
    this.name = row.next() as string;
    this.resource = row.next() as Resource;
    this.instrumentationScope = row.next() as InstrumentationScope;
    this.context = row.context(Byte.CONTEXT_FORM, Id.SPAN, Byte.TRACE_FLAGS)!;
    this.parentSpanContext = row.context(Byte.PARENT_FORM, Id.PARENT, Byte.PARENT_TRACE_FLAGS) as SpanContext;
    this.status = row.nextIf<SpanStatus>(Part.STATUS, { code: SpanStatusCode.UNSET });
    this.attributes = row.attributes();
    this.links = row.nextIf(Part.LINKS, []);
    this.events = row.nextIf(Part.EVENTS, []);
    this.droppedAttributesCount = row.nextIf(Part.COUNTS, 0);
    this.droppedEventsCount = row.nextIf(Part.COUNTS, 0);
    this.droppedLinksCount = row.nextIf(Part.COUNTS, 0);
    this.revision = row.nextIf(Part.COUNTS, 0);
    const hasDuration = row.has(Part.DURATION);
    this.duration = hasDuration
      ? [row.next() as number, row.next() as number]
      : durationBetween(this.startTime, this.endTime);
  }

  /** A getter that returns a closure, so that the method also works detached from the span. */
  get spanContext(): () => SpanContext {
    const { context } = this;
    return () => context;
  }

  [inspect](): object {
    return inspectSpan(this);
  }
}
