import type { Attributes, HrTime } from '@opentelemetry/api';
import { toLogEvent } from '../../model/log-event.js';
import type { ReadableLogRecord, ReadableSpan, TimedEvent } from '../../model/otel.js';
import type {
  CapturedEvent,
  CapturedLog,
  CapturedSpan,
  SpanKindName,
  SpanStatusName,
} from '../captured.js';
import { plainObject, plainValue } from './plain-value.js';

/** By `SpanKind`. */
const KINDS: readonly SpanKindName[] = ['internal', 'server', 'client', 'producer', 'consumer'];
/** By `SpanStatusCode`. */
const STATUSES: readonly SpanStatusName[] = ['unset', 'ok', 'error'];

/** What is read of a span: the SDK's own object, or one that another process sent. */
export interface CopyableSpan
  extends Pick<
    ReadableSpan,
    | 'name'
    | 'kind'
    | 'status'
    | 'spanContext'
    | 'parentSpanContext'
    | 'startTime'
    | 'duration'
    | 'attributes'
    | 'events'
    | 'links'
    | 'instrumentationScope'
  > {
  /** Of another process: which. */
  readonly serviceName?: string;
}

/** Likewise, of a log record. */
export interface CopyableLog extends Omit<ReadableLogRecord, 'resource'> {
  readonly serviceName?: string;
}

/** A log record in both forms that a test reads. */
export interface CopiedLog {
  readonly log: CapturedLog;
  /** As an event of the span it was emitted in. */
  readonly event: CapturedEvent;
}

/**
 * A span as it is now, ended or open, with the log records emitted in it after its own events: in the
 * order of emission, because their times are too coarse to sort by.
 */
export function copySpan(span: CopyableSpan, ended: boolean, logs: readonly CapturedEvent[]): CapturedSpan {
  const { traceId, spanId } = span.spanContext();
  const parent = span.parentSpanContext;
  return Object.freeze({
    name: span.name,
    kind: KINDS[span.kind] ?? 'internal',
    status: STATUSES[span.status.code] ?? 'unset',
    statusMessage: span.status.message ?? '',
    traceId,
    spanId,
    parentSpanId: parent?.spanId,
    parentIsRemote: parent?.isRemote === true,
    startTime: millis(span.startTime),
    durationMillis: ended ? millis(span.duration) : undefined,
    ended,
    attributes: plainAttributes(span.attributes),
    events: Object.freeze([...span.events.map(copyEvent), ...logs]),
    links: Object.freeze(
      span.links.map(({ context, attributes }) =>
        Object.freeze({
          traceId: context.traceId,
          spanId: context.spanId,
          attributes: plainAttributes(attributes),
        }),
      ),
    ),
    scope: span.instrumentationScope.name,
    ...serviceOf(span),
  });
}

/** Reads a log record, which may change as soon as its `onEmit` is over. Throws what its getters throw. */
export function copyLog(record: CopyableLog): CopiedLog {
  const { name, time, severityText, severityNumber, attributes } = toLogEvent(record);
  const shared = { time: millis(time), body: plainValue(record.body), attributes: plainObject(attributes) };
  return {
    log: Object.freeze({
      ...shared,
      eventName: record.eventName,
      severity: severityText,
      severityNumber,
      traceId: record.spanContext?.traceId,
      spanId: record.spanContext?.spanId,
      scope: record.instrumentationScope.name,
      ...serviceOf(record),
    }),
    event: Object.freeze({
      ...shared,
      name,
      attributes: shared.attributes as Attributes,
      ...(severityText === undefined ? {} : { severity: severityText }),
    }),
  };
}

function serviceOf({ serviceName }: CopyableSpan | CopyableLog): { service?: string } {
  return serviceName === undefined ? {} : { service: serviceName };
}

function copyEvent({ name, time, attributes }: TimedEvent): CapturedEvent {
  return Object.freeze({ name, time: millis(time), attributes: plainAttributes(attributes) });
}

function plainAttributes(attributes: Attributes | undefined): Readonly<Attributes> {
  return plainObject(attributes) as Readonly<Attributes>;
}

function millis([seconds, nanos]: HrTime): number {
  return seconds * 1e3 + nanos / 1e6;
}
