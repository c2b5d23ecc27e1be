import { SERVICE_NAME } from '../../../model/semconv.js';
import type { Attributes, HrTime, Link, SpanContext } from '@opentelemetry/api';
import { expectation } from '../../../support/option.js';
import type { RecordedSpan } from '../../../trace/plain-span.js';
import type { RecordedLog } from '../../../trace/to-captured-span.js';
import { MalformedPayload } from './payload-limits.js';
import type { AnyValue, KeyValue, LogsRequest, OtlpLogRecord, OtlpSpan, Resource, TraceRequest } from './schema.js';

const NANOS_PER_SECOND = 1_000_000_000n;

/** For objects filled in field by field: a literal with conditional spreads takes V8 ten times as long. */
type Draft<T> = { -readonly [K in keyof T]: T[K] };

const TRACE_ID_DIGITS = 32;
const SPAN_ID_DIGITS = 16;
/** OTLP's `SpanFlags`: `IS_REMOTE` is valid only with `HAS_IS_REMOTE`. */
const HAS_IS_REMOTE = 0x1_00;
const IS_REMOTE = 0x2_00;
const TRACE_FLAGS = 0xff;

/** OTLP's `SpanKind` server and consumer, whose parent counts as remote if the SDK does not send the flags. */
const KINDS_CALLED_FROM_OUTSIDE: ReadonlySet<number> = new Set([2, 5]);

/**
 * Reads the spans of a request, in its order.
 *
 * @throws MalformedPayload for a span without valid ids
 */
export function readSpans({ resourceSpans = [] }: TraceRequest): RecordedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) => {
    const serviceName = readServiceName(resource);
    return scopeSpans.flatMap(({ scope, spans = [] }) => spans.map((span) => readSpan(span, serviceName, scope?.name)));
  });
}

/**
 * Reads the log records of a request, in its order.
 *
 * @throws MalformedPayload for an id of the wrong length
 */
export function readLogs({ resourceLogs = [] }: LogsRequest): RecordedLog[] {
  return resourceLogs.flatMap(({ resource, scopeLogs = [] }) => {
    const serviceName = readServiceName(resource);
    return scopeLogs.flatMap(({ scope, logRecords = [] }) =>
      logRecords.map((record) => readLog(record, serviceName, scope?.name)),
    );
  });
}

/** @throws MalformedPayload for a span without valid ids */
export function readSpan(span: OtlpSpan, serviceName: string | undefined, scope = ''): RecordedSpan {
  const context = requiredContext(span.traceId, span.spanId, span.flags);
  const { startTimeUnixNano: start = 0n, endTimeUnixNano: end = 0n } = span;
  const read: Draft<RecordedSpan> = {
    name: span.name ?? '',
    // OTLP's `SpanKind` is one higher than the API's, because 0 is `UNSPECIFIED`.
    kind: (span.kind ?? 1) - 1,
    status: { code: span.status?.code ?? 0, message: span.status?.message ?? '' },
    spanContext: () => context,
    startTime: hrTime(start),
    duration: hrTime(end - start),
    attributes: readAttributes(span.attributes) as Attributes,
    events: (span.events ?? []).map(({ name = '', timeUnixNano = 0n, attributes, droppedAttributesCount = 0 }) => ({
      name,
      time: hrTime(timeUnixNano),
      attributes: readAttributes(attributes) as Attributes,
      droppedAttributesCount,
    })),
    links: (span.links ?? []).map(({ traceId, spanId, attributes, droppedAttributesCount = 0 }): Link => ({
      context: requiredContext(traceId, spanId),
      attributes: readAttributes(attributes) as Attributes,
      droppedAttributesCount,
    })),
    instrumentationScope: { name: scope },
  };
  const parent = readParent(span, context.traceId);
  if (parent !== undefined) read.parentSpanContext = parent;
  if (serviceName !== undefined) read.serviceName = serviceName;
  return read;
}

function readParent({ parentSpanId, flags = 0, kind = 0 }: OtlpSpan, traceId: string): SpanContext | undefined {
  const spanId = id('parentSpanId', parentSpanId, SPAN_ID_DIGITS);
  if (spanId === undefined) return undefined;
  const isRemote = (flags & HAS_IS_REMOTE) === 0 ? KINDS_CALLED_FROM_OUTSIDE.has(kind) : (flags & IS_REMOTE) !== 0;
  return { traceId, spanId, isRemote, traceFlags: flags & TRACE_FLAGS };
}

/** @throws MalformedPayload for an id of the wrong length */
export function readLog(record: OtlpLogRecord, serviceName: string | undefined, scope = ''): RecordedLog {
  const {
    observedTimeUnixNano: observed = 0n,
    timeUnixNano: time = 0n,
    severityText,
    severityNumber,
    eventName,
  } = record;
  const traceId = id('traceId', record.traceId, TRACE_ID_DIGITS);
  const spanId = id('spanId', record.spanId, SPAN_ID_DIGITS);
  const traceFlags = (record.flags ?? 0) & TRACE_FLAGS;
  const read: Draft<RecordedLog> = {
    hrTime: hrTime(time === 0n ? observed : time),
    hrTimeObserved: hrTime(observed),
    attributes: readAttributes(record.attributes) as RecordedLog['attributes'],
    droppedAttributesCount: record.droppedAttributesCount ?? 0,
    instrumentationScope: { name: scope },
  };
  if (traceId !== undefined && spanId !== undefined) read.spanContext = { traceId, spanId, traceFlags };
  if (severityText) read.severityText = severityText;
  if (severityNumber) read.severityNumber = severityNumber;
  if (record.body !== undefined) read.body = readValue(record.body) as NonNullable<RecordedLog['body']>;
  if (eventName) read.eventName = eventName;
  if (serviceName !== undefined) read.serviceName = serviceName;
  return read;
}

function readServiceName(resource: Resource | undefined): string | undefined {
  const name = readAttributes(resource?.attributes)[SERVICE_NAME];
  return typeof name === 'string' ? name : undefined;
}

function requiredContext(sentTraceId: string | undefined, sentSpanId: string | undefined, flags = 0): SpanContext {
  const traceId = id('traceId', sentTraceId, TRACE_ID_DIGITS);
  const spanId = id('spanId', sentSpanId, SPAN_ID_DIGITS);
  if (traceId === undefined) throw new MalformedPayload(expectation('traceId', 'an id that is not zero', sentTraceId));
  if (spanId === undefined) throw new MalformedPayload(expectation('spanId', 'an id that is not zero', sentSpanId));
  return { traceId, spanId, traceFlags: flags & TRACE_FLAGS };
}

/** Checks an id. Undefined if it is missing, empty or all zeros. */
function id(name: string, value: string | undefined, digits: number): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (value.length !== digits) throw new MalformedPayload(expectation(name, `an id of ${digits / 2} bytes`, value));
  return /^0+$/.test(value) ? undefined : value;
}

export function hrTime(nanos: bigint): HrTime {
  return [Number(nanos / NANOS_PER_SECOND), Number(nanos % NANOS_PER_SECOND)];
}

/** Attributes as an object. If a key occurs twice, the last value wins. */
export function readAttributes(attributes: readonly Partial<KeyValue>[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key = '', value }) => [key, readValue(value)]));
}

/**
 * Converts a value to JavaScript: for an application in JavaScript, to the value that it set. An integer that a number
 * cannot hold exactly becomes its decimal text. Without any value, null.
 */
export function readValue(value: Partial<AnyValue> = {}): unknown {
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value;
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(readValue);
  if (kvlistValue !== undefined) return readAttributes(kvlistValue.values);
  if (intValue !== undefined) return readInteger(intValue);
  return stringValue ?? boolValue ?? doubleValue ?? bytesValue ?? null;
}

function readInteger(value: bigint): number | string {
  const number = Number(value);
  return BigInt(number) === value ? number : value.toString();
}
