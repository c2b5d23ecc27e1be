import { SpanStatusCode, type Attributes, type HrTime, type SpanContext, type SpanStatus } from '@opentelemetry/api';
import type { DeliveredSpan } from '../model/merged-span.js';
import {
  Byte,
  isByte,
  Part,
  ROW_BYTES,
  ROW_TIMES,
  SPAN_ID_BYTES,
  Time,
  TRACE_ID_BYTES,
  type Columns,
} from './columns.js';
import { formOf, hasValue, KEPT_CONTEXT, NO_CONTEXT, valueOf } from './context-form.js';
import { writeHexId } from './hex-id.js';
import { isStandardSpan } from './standard-span.js';
import type { Vocabulary } from './vocabulary.js';

/**
 * Writes a span into a row, its values behind all others. Never throws.
 *
 * Whatever `readSpan` could not give back as it was is kept as it is: attributes, a span context, or the whole
 * span. Of a span that cannot be read, a getter of which throws, the reader may find out himself.
 */
export function writeSpan(columns: Columns, row: number, span: DeliveredSpan, vocabulary: Vocabulary): void {
  const start = columns.end;
  try {
    if (isWritable(span)) {
      writeParts(columns, row, span, vocabulary);
      return;
    }
  } catch {
    columns.end = start;
  }
  columns.put(span);
  columns.bytes[row * ROW_BYTES + Byte.PARTS] = Part.KEPT_SPAN;
}

function isWritable(span: DeliveredSpan): boolean {
  return (
    isStandardSpan(span) &&
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
  writeTime(columns, row, Time.DURATION, span.duration);
  columns.put(vocabulary.name(span.name));
  columns.put(span.resource);
  columns.put(span.instrumentationScope);
  const context = span.spanContext();
  writeContext(columns, at, context);
  writeParent(columns, at, span.parentSpanContext, context.traceId);
  bytes[at + Byte.PARTS] =
    putStatus(columns, span.status) |
    putAttributes(columns, span.attributes, vocabulary) |
    putList(columns, span.links, Part.LINKS) |
    putList(columns, span.events, Part.EVENTS) |
    putCounts(columns, span);
}

function writeTime({ times }: Columns, row: number, which: number, time: HrTime): void {
  times[row * ROW_TIMES + which] = time[0];
  times[row * ROW_TIMES + which + 1] = time[1];
}

function writeContext(columns: Columns, at: number, context: SpanContext): void {
  const { bytes } = columns;
  const { traceId, spanId, traceFlags } = context;
  const spanIdWritten = writeHexId(spanId, bytes, at + Byte.SPAN_ID, SPAN_ID_BYTES);
  // What is searched for such a span: see `Segment.find`.
  if (!spanIdWritten) bytes.fill(0, at + Byte.SPAN_ID, at + Byte.SPAN_ID + SPAN_ID_BYTES);
  const idsWritten = spanIdWritten && writeHexId(traceId, bytes, at + Byte.TRACE_ID, TRACE_ID_BYTES);
  const form = idsWritten ? formOf(context) : KEPT_CONTEXT;
  bytes[at + Byte.CONTEXT_FORM] = form;
  bytes[at + Byte.TRACE_FLAGS] = traceFlags;
  if (hasValue(form)) columns.put(valueOf(form, context));
}

/** Only a parent in the same trace needs no trace id of its own; the SDK makes no other. */
function writeParent(columns: Columns, at: number, parent: SpanContext | undefined, traceId: string): void {
  const { bytes } = columns;
  if (parent === undefined) {
    bytes[at + Byte.PARENT_FORM] = NO_CONTEXT;
    return;
  }
  const idsWritten =
    bytes[at + Byte.CONTEXT_FORM] !== KEPT_CONTEXT &&
    parent.traceId === traceId &&
    writeHexId(parent.spanId, bytes, at + Byte.PARENT_SPAN_ID, SPAN_ID_BYTES);
  const form = idsWritten ? formOf(parent) : KEPT_CONTEXT;
  bytes[at + Byte.PARENT_FORM] = form;
  bytes[at + Byte.PARENT_TRACE_FLAGS] = parent.traceFlags;
  if (hasValue(form)) columns.put(valueOf(form, parent));
}

function putStatus(columns: Columns, status: SpanStatus): number {
  if (status.code === SpanStatusCode.UNSET && Object.keys(status).length === 1) return 0;
  columns.put(status);
  return Part.STATUS;
}

function putAttributes(columns: Columns, attributes: Attributes, vocabulary: Vocabulary): number {
  const own = Object.keys(attributes);
  const keys = Object.getPrototypeOf(attributes) === Object.prototype ? vocabulary.keys(own) : undefined;
  if (keys === undefined) {
    columns.put(attributes);
    return Part.KEPT_ATTRIBUTES;
  }
  if (keys.length === 0) return 0;
  columns.put(keys);
  for (const key of keys) columns.put(attributes[key]);
  return Part.ATTRIBUTES;
}

function putList(columns: Columns, list: readonly unknown[], part: number): number {
  if (list.length === 0) return 0;
  columns.put(list);
  return part;
}

function putCounts(columns: Columns, span: DeliveredSpan): number {
  const { droppedAttributesCount, droppedEventsCount, droppedLinksCount, revision = 0 } = span;
  const none =
    droppedAttributesCount === 0 && droppedEventsCount === 0 && droppedLinksCount === 0 && revision === 0;
  if (none) return 0;
  columns.put(droppedAttributesCount);
  columns.put(droppedEventsCount);
  columns.put(droppedLinksCount);
  columns.put(revision);
  return Part.COUNTS;
}
