import type { Attributes } from '@opentelemetry/api';
import { attributeEntries } from '../model/attribute-entries.js';
import { toLogEvent } from '../model/log-event.js';
import type { ReadableLogRecord } from '../model/otel.js';
import { textOf } from '../model/text-of.js';
import { itemsIn, memberOf } from '../model/value-parts.js';
import type { CapturedEvent, CapturedLink, CapturedLog, CapturedSpan } from './captured-span.js';
import {
  millisOf,
  optionalText,
  plainEvent,
  plainSpan,
  timeIn,
  type PlainEvent,
  type RecordedSpan,
} from './plain-span.js';
import { plainObject, plainValue } from './plain-value.js';

/** The members read from a log record, which is from an SDK or from another process. */
export interface RecordedLog extends Omit<ReadableLogRecord, 'resource'> {
  readonly serviceName?: string;
}

/** A log record in the two forms that a test reads. */
export interface CopiedLog {
  readonly log: CapturedLog;
  /** The record as an event of the span it was emitted in. */
  readonly event: CapturedEvent;
}

/**
 * Makes a frozen copy of the current state of a span, ended or open. Appends `logs` to its own events.
 *
 * Log records stay in emission order, because their times are too coarse for sorting. Never throws: a part that cannot
 * be read is `[unreadable]`, or `NaN` if it is a time.
 */
export function toCapturedSpan(span: RecordedSpan, ended = true, logs: readonly CapturedEvent[] = []): CapturedSpan {
  const plain = plainSpan(span);
  const { kind = 'internal', status = 'unset', traceId, spanId, parentSpanId, parentIsRemote } = plain;
  return Object.freeze({
    name: textOf(plain.name),
    kind,
    status,
    statusMessage: optionalText(plain.statusMessage) ?? '',
    traceId,
    spanId: textOf(spanId),
    parentSpanId,
    parentIsRemote,
    startTime: millisOf(plain.startTime),
    durationMillis: ended ? millisOf(timeIn(span, 'duration')) : undefined,
    ended,
    attributes: plainObject(plain.attributes) as Readonly<Attributes>,
    events: Object.freeze([...plain.events.map(toCapturedEvent), ...logs]),
    links: Object.freeze(itemsIn(span, 'links').map(toCapturedLink)),
    scope: textOf(plain.scope),
    ...serviceOf(memberOf(span, 'serviceName')),
  });
}

/** Copies a log record, which may change after `onEmit` has returned. Throws errors of its getters. */
export function copyLog(record: RecordedLog): CopiedLog {
  const event = plainEvent(toLogEvent(record));
  const log = captureLog(event, optionalText(record.eventName), record.spanContext, record.serviceName);
  return { log, event: eventOf(event, log) };
}

/** Reconstructs the log record that a log event was created from, as far as possible. Never throws. */
export function toCapturedLog(event: PlainEvent, spanContext: unknown): CapturedLog {
  const { name, body, severityText } = event;
  return captureLog(
    event,
    name === 'log' || name === body || name === severityText ? undefined : optionalText(name),
    spanContext,
  );
}

function captureLog(event: PlainEvent, eventName?: string, spanContext?: unknown, serviceName?: string): CapturedLog {
  return Object.freeze({
    eventName,
    body: plainValue(event.body),
    severity: optionalText(event.severityText),
    severityNumber: event.severityNumber,
    time: millisOf(event.time),
    attributes: plainObject(event.attributes),
    traceId: optionalText(memberOf(spanContext, 'traceId')),
    spanId: optionalText(memberOf(spanContext, 'spanId')),
    scope: textOf(event.scope),
    ...serviceOf(serviceName),
  });
}

function toCapturedEvent(event: PlainEvent): CapturedEvent {
  if (event.isLog) return eventOf(event, captureLog(event));
  const attributes = plainObject(event.attributes) as Readonly<Attributes>;
  return Object.freeze({ name: textOf(event.name), time: millisOf(event.time), attributes });
}

function eventOf(
  { name }: PlainEvent,
  { time, attributes, body, severity, severityNumber }: CapturedLog,
): CapturedEvent {
  return Object.freeze({
    name: textOf(name),
    time,
    attributes: attributes as Readonly<Attributes>,
    body,
    ...(severity === undefined ? {} : { severity }),
    ...(severityNumber === undefined ? {} : { severityNumber }),
  });
}

function toCapturedLink(link: unknown): CapturedLink {
  const context = memberOf(link, 'context');
  return Object.freeze({
    traceId: textOf(memberOf(context, 'traceId')),
    spanId: textOf(memberOf(context, 'spanId')),
    attributes: plainObject(attributeEntries(memberOf(link, 'attributes'))) as Readonly<Attributes>,
  });
}

function serviceOf(serviceName: unknown): { service?: string } {
  return typeof serviceName === 'string' ? { service: serviceName } : {};
}
