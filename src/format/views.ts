import type { HrTime } from '@opentelemetry/api';
import { attributeEntries, type AttributeEntry } from '../model/attribute-entries.js';
import type { ReadableSpan } from '../model/otel.js';
import { itemsIn, memberOf, timeIn } from '../model/value-parts.js';

/* What is shown of spans and events, each member read once. What cannot be read costs its own place alone. */

export interface SpanView {
  readonly span: ReadableSpan;
  readonly name: unknown;
  readonly kind: number | undefined;
  readonly hasRemoteParent: boolean;
  /** Whether it has not ended: then it is shown as it was at its `endTime`. */
  readonly isOpen: boolean;
  readonly statusCode: unknown;
  readonly statusMessage: unknown;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly attributes: readonly AttributeEntry[];
  readonly events: readonly EventView[];
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
}

export interface EventView {
  readonly name: unknown;
  readonly time: HrTime;
  readonly attributes: readonly AttributeEntry[];
  /** Of a log event. */
  readonly log: LogView | undefined;
}

export interface LogView {
  readonly severityNumber: number | undefined;
  readonly severityText: unknown;
  readonly body: unknown;
}

/** A time that cannot be read. */
const NO_TIME: HrTime = [NaN, NaN];

export function viewOf(span: ReadableSpan): SpanView {
  const status = memberOf(span, 'status');
  return {
    span,
    name: memberOf(span, 'name'),
    kind: numberIn(span, 'kind'),
    hasRemoteParent: memberOf(memberOf(span, 'parentSpanContext'), 'isRemote') === true,
    isOpen: memberOf(span, 'ended') === false,
    statusCode: memberOf(status, 'code'),
    statusMessage: memberOf(status, 'message'),
    startTime: timeIn(span, 'startTime') ?? NO_TIME,
    endTime: timeIn(span, 'endTime') ?? NO_TIME,
    attributes: attributeEntries(memberOf(span, 'attributes')),
    events: itemsIn(span, 'events').map(viewOfEvent),
    droppedAttributesCount: numberIn(span, 'droppedAttributesCount') ?? 0,
    droppedEventsCount: numberIn(span, 'droppedEventsCount') ?? 0,
  };
}

function viewOfEvent(event: unknown): EventView {
  return {
    name: memberOf(event, 'name'),
    time: timeIn(event, 'time') ?? NO_TIME,
    attributes: attributeEntries(memberOf(event, 'attributes')),
    log: timeIn(event, 'observedTime') && viewOfLog(event),
  };
}

function viewOfLog(event: unknown): LogView {
  return {
    severityNumber: numberIn(event, 'severityNumber'),
    severityText: memberOf(event, 'severityText'),
    body: memberOf(event, 'body'),
  };
}

function numberIn(object: unknown, key: string): number | undefined {
  const value = memberOf(object, key);
  return typeof value === 'number' ? value : undefined;
}
