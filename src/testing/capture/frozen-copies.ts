import type { Attributes } from '@opentelemetry/api';
import { toLogEvent } from '../../model/log-event.js';
import type { ReadableLogRecord, ReadableSpan } from '../../model/otel.js';
import { textOf } from '../../model/text-of.js';
import { contextOf, itemsIn, memberOf, timeIn } from '../../model/value-parts.js';
import type {
  CapturedEvent,
  CapturedLink,
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
 * order of emission, because their times are too coarse to sort by. Never throws: a part that cannot be read is
 * `[unreadable]`, a time `NaN`.
 */
export function copySpan(span: CopyableSpan, ended: boolean, logs: readonly CapturedEvent[]): CapturedSpan {
  const context = contextOf(span);
  const parent = memberOf(span, 'parentSpanContext');
  const status = memberOf(span, 'status');
  return Object.freeze({
    name: textOf(memberOf(span, 'name')),
    kind: KINDS[memberOf(span, 'kind') as number] ?? 'internal',
    status: STATUSES[memberOf(status, 'code') as number] ?? 'unset',
    statusMessage: optionalText(memberOf(status, 'message')) ?? '',
    traceId: textOf(memberOf(context, 'traceId')),
    spanId: textOf(memberOf(context, 'spanId')),
    parentSpanId: optionalText(memberOf(parent, 'spanId')),
    parentIsRemote: memberOf(parent, 'isRemote') === true,
    startTime: millisIn(span, 'startTime'),
    durationMillis: ended ? millisIn(span, 'duration') : undefined,
    ended,
    attributes: plainAttributes(memberOf(span, 'attributes')),
    events: Object.freeze([...itemsIn(span, 'events').map(copyEvent), ...logs]),
    links: Object.freeze(itemsIn(span, 'links').map(copyLink)),
    scope: textOf(memberOf(memberOf(span, 'instrumentationScope'), 'name')),
    ...serviceOf(span),
  });
}

/** Reads a log record, which may change as soon as its `onEmit` is over. Throws what its getters throw. */
export function copyLog(record: CopyableLog): CopiedLog {
  const logEvent = toLogEvent(record);
  const { name, severityText, severityNumber, attributes } = logEvent;
  const severity = optionalText(severityText);
  const shared = { time: millisIn(logEvent, 'time'), body: plainValue(record.body), attributes: plainObject(attributes) };
  return {
    log: Object.freeze({
      ...shared,
      eventName: optionalText(record.eventName),
      severity,
      severityNumber,
      traceId: record.spanContext?.traceId,
      spanId: record.spanContext?.spanId,
      scope: textOf(record.instrumentationScope.name),
      ...serviceOf(record),
    }),
    event: Object.freeze({
      ...shared,
      name,
      attributes: shared.attributes as Attributes,
      ...(severity === undefined ? {} : { severity }),
      ...(severityNumber === undefined ? {} : { severityNumber }),
    }),
  };
}

function serviceOf({ serviceName }: CopyableSpan | CopyableLog): { service?: string } {
  return serviceName === undefined ? {} : { service: serviceName };
}

function copyEvent(event: unknown): CapturedEvent {
  return Object.freeze({
    name: textOf(memberOf(event, 'name')),
    time: millisIn(event, 'time'),
    attributes: plainAttributes(memberOf(event, 'attributes')),
  });
}

function copyLink(link: unknown): CapturedLink {
  const context = memberOf(link, 'context');
  return Object.freeze({
    traceId: textOf(memberOf(context, 'traceId')),
    spanId: textOf(memberOf(context, 'spanId')),
    attributes: plainAttributes(memberOf(link, 'attributes')),
  });
}

function plainAttributes(attributes: unknown): Readonly<Attributes> {
  return plainObject(attributes) as Readonly<Attributes>;
}

function optionalText(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : textOf(value);
}

function millisIn(object: unknown, key: string): number {
  const time = timeIn(object, key);
  return time === undefined ? NaN : time[0] * 1e3 + time[1] / 1e6;
}
