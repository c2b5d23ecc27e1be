import type { HrTime } from '@opentelemetry/api';
import { attributeEntries, type AttributeEntry } from '../model/attribute-entries.js';
import type { ReadableSpan } from '../model/otel.js';
import { textOf } from '../model/text-of.js';
import { contextOf, itemsIn, memberOf, timeIn as hrTimeIn } from '../model/value-parts.js';
import type { CapturedSpan, SpanKindName, SpanStatusName } from './captured-span.js';
import { SPAN_KINDS, SPAN_STATUSES } from './text/names.js';

/** An open span has no end; a captured copy has neither a resource nor dropped counts. */
type NotRead = 'endTime' | 'ended' | 'resource' | `dropped${'Attributes' | 'Events' | 'Links'}Count`;

/** The members read from a recorded span, which is from an SDK, from a store, or from another process. */
export interface RecordedSpan extends Omit<ReadableSpan, NotRead> {
  /** The service that sent the span, if it was another process. */
  readonly serviceName?: string;
}

/** A recorded span or a captured copy. */
export type AnySpan = RecordedSpan | ReadableSpan | CapturedSpan;

/** The members of a span that determine its position in a trace. */
export interface SpanPlace<S = AnySpan> {
  readonly span: S;
  readonly name: unknown;
  /** `[unreadable]` if it cannot be read, as are the other ids. */
  readonly traceId: string;
  readonly spanId: string | undefined;
  readonly parentSpanId: string | undefined;
  /** Whether the parent belongs to another process. */
  readonly parentIsRemote: boolean;
  /** `NaN` if it cannot be read, as are the other times. */
  readonly startTime: HrTime;
}

/**
 * A normalized view of a span in any form, for display.
 *
 * Values are not copied. A member that cannot be read is `[unreadable]` or undefined; the others are not affected.
 */
export interface PlainSpan extends SpanPlace {
  readonly kind: SpanKindName | undefined;
  readonly status: SpanStatusName | undefined;
  readonly statusMessage: unknown;
  /** For an open span, the time at which it was read, or `NaN`. */
  readonly endTime: HrTime;
  readonly ended: boolean;
  readonly attributes: readonly AttributeEntry[];
  readonly events: readonly PlainEvent[];
  /** The name of its instrumentation scope. */
  readonly scope: unknown;
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
}

export interface PlainEvent {
  readonly name: unknown;
  readonly time: HrTime;
  readonly attributes: readonly AttributeEntry[];
  /** Whether it was created from a log record. The members below apply only to log records. */
  readonly isLog: boolean;
  readonly severityNumber: number | undefined;
  readonly severityText: unknown;
  readonly body: unknown;
  /** The name of its instrumentation scope. */
  readonly scope: unknown;
}

const NO_TIME: HrTime = [NaN, NaN];

/** Whether a span is a captured copy, not a recorded span. */
export function isCapturedSpan(span: unknown): span is CapturedSpan {
  return typeof memberOf(span, 'spanId') === 'string' && memberOf(span, 'spanContext') === undefined;
}

/** Reads the members that determine a span's position in a trace. Never throws. */
export function placeOf<S extends AnySpan>(span: S): SpanPlace<S> {
  const isCaptured = isCapturedSpan(span);
  const context = isCaptured ? span : contextOf(span);
  const parent = isCaptured ? undefined : memberOf(span, 'parentSpanContext');
  return {
    span,
    name: memberOf(span, 'name'),
    traceId: textOf(memberOf(context, 'traceId')),
    spanId: optionalText(memberOf(context, 'spanId')),
    parentSpanId: optionalText(isCaptured ? memberOf(span, 'parentSpanId') : memberOf(parent, 'spanId')),
    parentIsRemote: (isCaptured ? memberOf(span, 'parentIsRemote') : memberOf(parent, 'isRemote')) === true,
    startTime: timeIn(span, 'startTime'),
  };
}

/** Reads all members of a span that are displayed. Never throws. */
export function plainSpan(span: AnySpan): PlainSpan {
  try {
    return ordinarySpan(span as ReadableSpan) ?? anySpan(span);
  } catch {
    return anySpan(span);
  }
}

/**
 * Fast path for ordinary SDK spans. Returns undefined for any other span, and throws if a member throws; `anySpan()`
 * then reads each member separately.
 */
function ordinarySpan(span: ReadableSpan): PlainSpan | undefined {
  if (typeof span.spanContext !== 'function') return undefined;
  const { traceId, spanId } = span.spanContext();
  const { name, kind, status, parentSpanContext: parent, startTime, endTime } = span;
  const { ended, droppedAttributesCount, droppedEventsCount } = span;
  if (typeof traceId !== 'string' || typeof spanId !== 'string' || !isHrTime(startTime) || !isHrTime(endTime))
    return undefined;
  if (
    typeof ended !== 'boolean' ||
    typeof droppedAttributesCount !== 'number' ||
    typeof droppedEventsCount !== 'number'
  )
    return undefined;
  return {
    span,
    name,
    traceId,
    spanId,
    parentSpanId: optionalText(parent?.spanId),
    parentIsRemote: parent?.isRemote === true,
    startTime,
    kind: nameOf(SPAN_KINDS, kind),
    status: nameOf(SPAN_STATUSES, status.code),
    statusMessage: status.message,
    endTime,
    ended,
    attributes: attributeEntries(span.attributes),
    events: itemsIn(span, 'events').map((event) => plainEvent(event)),
    scope: span.instrumentationScope.name,
    droppedAttributesCount,
    droppedEventsCount,
  };
}

function anySpan(span: AnySpan): PlainSpan {
  const isCaptured = isCapturedSpan(span);
  const place = placeOf(span);
  const [seconds, nanos] = place.startTime;
  const status = memberOf(span, 'status');
  return {
    ...place,
    kind: nameOf(SPAN_KINDS, memberOf(span, 'kind')),
    status: nameOf(SPAN_STATUSES, isCaptured ? status : memberOf(status, 'code')),
    statusMessage: isCaptured ? memberOf(span, 'statusMessage') : memberOf(status, 'message'),
    endTime: isCaptured ? [seconds, nanos + (numberIn(span, 'durationMillis') ?? NaN) * 1e6] : timeIn(span, 'endTime'),
    ended: memberOf(span, 'ended') !== false,
    attributes: attributeEntries(memberOf(span, 'attributes')),
    events: itemsIn(span, 'events').map((event) => plainEvent(event, isCaptured)),
    scope: isCaptured ? memberOf(span, 'scope') : scopeNameOf(span),
    droppedAttributesCount: numberIn(span, 'droppedAttributesCount') ?? 0,
    droppedEventsCount: numberIn(span, 'droppedEventsCount') ?? 0,
  };
}

export function plainEvent(event: unknown, isCaptured = false): PlainEvent {
  const severityNumber = numberIn(event, 'severityNumber');
  const severityText = memberOf(event, isCaptured ? 'severity' : 'severityText');
  const body = memberOf(event, 'body');
  const isCapturedLog = isCaptured && [severityNumber, severityText, body].some((value) => value !== undefined);
  return {
    name: memberOf(event, 'name'),
    time: timeIn(event, 'time'),
    attributes: attributeEntries(memberOf(event, 'attributes')),
    isLog: isCapturedLog || hrTimeIn(event, 'observedTime') !== undefined,
    severityNumber,
    severityText,
    body,
    scope: scopeNameOf(event),
  };
}

export function optionalText(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : textOf(value);
}

export function millisOf([seconds, nanos]: HrTime): number {
  return seconds * 1e3 + nanos / 1e6;
}

function scopeNameOf(owner: unknown): unknown {
  return memberOf(memberOf(owner, 'instrumentationScope'), 'name');
}

/** The name for an SDK's number, or the name itself in a captured span. */
function nameOf<N extends string>(names: readonly N[], value: unknown): N | undefined {
  return typeof value === 'number' ? names[value] : names.find((name) => name === value);
}

function isHrTime(time: unknown): boolean {
  return Array.isArray(time) && Number.isFinite(time[0]) && Number.isFinite(time[1]);
}

function numberIn(object: unknown, key: string): number | undefined {
  const value = memberOf(object, key);
  return typeof value === 'number' ? value : undefined;
}

/** Reads a member that is a time: an `HrTime`, or milliseconds in captured spans. */
export function timeIn(object: unknown, key: string): HrTime {
  const millis = numberIn(object, key);
  return (millis === undefined ? hrTimeIn(object, key) : [Math.floor(millis / 1e3), (millis % 1e3) * 1e6]) ?? NO_TIME;
}
