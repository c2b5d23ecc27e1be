import {
  SpanStatusCode,
  type Attributes,
  type HrTime,
  type Link,
  type SpanContext,
  type SpanStatus,
} from '@opentelemetry/api';
import { estimatedKeyBytes, estimatedListBytes, estimatedSpanBytes } from '../../model/estimated-bytes.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { TimedEvent } from '../../model/otel.js';
import { SPAN_MEMBERS } from '../../model/span-members.js';
import {
  Byte,
  isByte,
  NO_SPAN_ID,
  NO_TRACE_ID,
  Part,
  ROW_BYTES,
  ROW_TIMES,
  Time,
  type Columns,
  type Mark,
} from './columns.js';
import { formOf, hasValue, KEPT_CONTEXT, NO_CONTEXT, valueOf } from './context-form.js';
import { durationBetween } from '../../model/hr-time.js';
import { KeyTree } from './key-tree.js';
import type { Vocabulary } from './vocabulary.js';

const MEMBERS: ReadonlySet<string> = new Set(SPAN_MEMBERS);

/** Whether an object has only members of a `DeliveredSpan`, and private members of the SDK, which begin with `_`. */
const hasOnlyKnownMembers = new KeyTree((keys) => keys.every((key) => MEMBERS.has(key) || key.startsWith('_')));

/**
 * Writes a span into a row, appending its ids and values after all others, which end at `before`. Never throws.
 *
 * Parts that `readSpan` could not restore exactly are stored by reference: attributes, a span context, or the whole
 * span, for instance if one of its getters throws.
 */
export function writeSpan(
  columns: Columns,
  row: number,
  span: DeliveredSpan,
  vocabulary: Vocabulary,
  before: Mark,
): void {
  try {
    if (isWritable(span)) return writeParts(columns, row, span, vocabulary);
  } catch {
    // Clears the values written so far, so that they do not stay alive.
    columns.rollBack(before);
  }
  columns.putOwn(span, estimatedSpanBytes(span));
  columns.ids += NO_TRACE_ID + NO_SPAN_ID + NO_SPAN_ID;
  columns.bytes[row * ROW_BYTES + Byte.PARTS] = Part.KEPT_SPAN;
}

function isWritable(span: DeliveredSpan): boolean {
  return (
    hasOnlyKnownMembers.of(span) &&
    typeof span.name === 'string' &&
    span.ended &&
    isByte(span.kind) &&
    isHrTime(span.startTime) &&
    isHrTime(span.endTime) &&
    isHrTime(span.duration) &&
    Array.isArray(span.links) &&
    Array.isArray(span.events)
  );
}

function isHrTime(time: HrTime): boolean {
  return Array.isArray(time) && time.length === 2 && typeof time[0] === 'number' && typeof time[1] === 'number';
}

function writeParts(columns: Columns, row: number, span: DeliveredSpan, vocabulary: Vocabulary): void {
  const { bytes } = columns;
  const at = row * ROW_BYTES;
  bytes[at + Byte.KIND] = span.kind;
  writeTime(columns, row, Time.START, span.startTime);
  writeTime(columns, row, Time.END, span.endTime);
  columns.putValue(vocabulary.name(span.name));
  columns.put(span.resource);
  columns.put(span.instrumentationScope);
  const context = span.spanContext();
  const form = writeContext(columns, at, context);
  writeParent(columns, at, span.parentSpanContext, form === KEPT_CONTEXT ? undefined : context.traceId);
  bytes[at + Byte.PARTS] =
    putStatus(columns, span.status) |
    putAttributes(columns, span.attributes, vocabulary) |
    putList(columns, span.links, Part.LINKS) |
    putList(columns, span.events, Part.EVENTS) |
    putCounts(columns, span) |
    putDuration(columns, span);
}

function writeTime({ times }: Columns, row: number, which: number, time: HrTime): void {
  times[row * ROW_TIMES + which] = time[0];
  times[row * ROW_TIMES + which + 1] = time[1];
}

function writeContext(columns: Columns, at: number, context: SpanContext): number {
  const { bytes } = columns;
  const form = formOf(context);
  columns.ids += form === KEPT_CONTEXT ? NO_TRACE_ID + NO_SPAN_ID : context.traceId + context.spanId;
  bytes[at + Byte.CONTEXT_FORM] = form;
  bytes[at + Byte.TRACE_FLAGS] = context.traceFlags;
  if (hasValue(form)) columns.put(valueOf(form, context));
  return form;
}

/** Writes only the span id. A parent in another trace, which the SDK never creates, is kept by reference. */
function writeParent(columns: Columns, at: number, parent: SpanContext | undefined, traceId: string | undefined): void {
  const { bytes } = columns;
  if (parent === undefined) {
    columns.ids += NO_SPAN_ID;
    bytes[at + Byte.PARENT_FORM] = NO_CONTEXT;
    return;
  }
  const form = parent.traceId === traceId ? formOf(parent) : KEPT_CONTEXT;
  columns.ids += form === KEPT_CONTEXT ? NO_SPAN_ID : parent.spanId;
  bytes[at + Byte.PARENT_FORM] = form;
  bytes[at + Byte.PARENT_TRACE_FLAGS] = parent.traceFlags;
  if (hasValue(form)) columns.put(valueOf(form, parent));
}

function putStatus(columns: Columns, status: SpanStatus): number {
  if (status.code === SpanStatusCode.UNSET && Object.keys(status).length === 1) return 0;
  columns.putValue(status);
  return Part.STATUS;
}

function putAttributes(columns: Columns, attributes: Attributes, vocabulary: Vocabulary): number {
  const keys = Object.getPrototypeOf(attributes) === Object.prototype ? vocabulary.keysOf(attributes) : undefined;
  const values = Object.values(attributes);
  // Their lengths differ if a key is inherited.
  if (keys?.length !== values.length) {
    columns.putValue(attributes);
    return Part.KEPT_ATTRIBUTES;
  }
  if (values.length === 0) return 0;
  columns.putOwn(keys, estimatedKeyBytes(keys));
  for (const value of values) columns.putValue(value);
  return Part.ATTRIBUTES;
}

function putList(columns: Columns, list: readonly (TimedEvent | Link)[], part: number): number {
  if (list.length === 0) return 0;
  columns.putOwn(list, estimatedListBytes(list));
  return part;
}

function putCounts(columns: Columns, span: DeliveredSpan): number {
  const { droppedAttributesCount, droppedEventsCount, droppedLinksCount, revision = 0 } = span;
  if (droppedAttributesCount === 0 && droppedEventsCount === 0 && droppedLinksCount === 0 && revision === 0) return 0;
  columns.put(droppedAttributesCount);
  columns.put(droppedEventsCount);
  columns.put(droppedLinksCount);
  columns.put(revision);
  return Part.COUNTS;
}

function putDuration(columns: Columns, { startTime, endTime, duration }: DeliveredSpan): number {
  const [seconds, nanos] = durationBetween(startTime, endTime);
  if (duration[0] === seconds && duration[1] === nanos) return 0;
  columns.put(duration[0]);
  columns.put(duration[1]);
  return Part.DURATION;
}
