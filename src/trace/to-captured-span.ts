import type { Attributes } from '@opentelemetry/api';
import { toLogEvent } from '../model/log-event.js';
import type { ReadableLogRecord } from '../model/otel.js';
import { textOf } from '../model/text-of.js';
import { itemsIn, memberOf } from '../model/value-parts.js';
import type { CapturedEvent, CapturedLink, CapturedLog, CapturedSpan } from './captured-span.js';
import { isLog, millisIn, numberIn, optionalText, placeOf, type RecordedSpan } from './plain-span.js';
import { plainObject, plainValue } from './plain-value.js';
import { SPAN_KINDS, SPAN_STATUSES } from './text/names.js';

/** The members of a log record that are read: an SDK's own object has them, and one that another process sent. */
export interface RecordedLog extends Omit<ReadableLogRecord, 'resource'> {
  readonly serviceName?: string;
}

/** A log record in both forms that a test reads. */
export interface CopiedLog {
  readonly log: CapturedLog;
  /** As an event of the span it was emitted in. */
  readonly event: CapturedEvent;
}

/**
 * A span as it is now, ended or open, as a frozen copy; `logs` follow its own events.
 *
 * Logs come in the order of emission, because their times are too coarse to sort by. Never throws: a part that cannot
 * be read is `[unreadable]`, a time `NaN`.
 */
export function toCapturedSpan(span: RecordedSpan, ended = true, logs: readonly CapturedEvent[] = []): CapturedSpan {
  const { name, traceId, spanId, parentSpanId, parentIsRemote } = placeOf(span);
  const status = memberOf(span, 'status');
  return Object.freeze({
    name: textOf(name),
    kind: SPAN_KINDS[memberOf(span, 'kind') as number] ?? 'internal',
    status: SPAN_STATUSES[memberOf(status, 'code') as number] ?? 'unset',
    statusMessage: optionalText(memberOf(status, 'message')) ?? '',
    traceId,
    spanId: textOf(spanId),
    parentSpanId,
    parentIsRemote,
    startTime: millisIn(span, 'startTime'),
    durationMillis: ended ? millisIn(span, 'duration') : undefined,
    ended,
    attributes: plainAttributes(span),
    events: Object.freeze([...itemsIn(span, 'events').map(toCapturedEvent), ...logs]),
    links: Object.freeze(itemsIn(span, 'links').map(toCapturedLink)),
    scope: scopeOf(span),
    ...serviceOf(memberOf(span, 'serviceName')),
  });
}

/** Reads a log record, which may change as soon as its `onEmit` is over. Throws what its getters throw. */
export function copyLog(record: RecordedLog): CopiedLog {
  const event = toLogEvent(record);
  const log = captureLog(event, optionalText(record.eventName), record.spanContext, record.serviceName);
  return { log, event: eventOf(event.name, log) };
}

/** A log event as the record that it came from, as far as it still says. Never throws. */
export function toCapturedLog(event: unknown, spanContext: unknown): CapturedLog {
  const name = memberOf(event, 'name');
  const isOwnName = name !== 'log' && name !== memberOf(event, 'body') && name !== memberOf(event, 'severityText');
  return captureLog(event, isOwnName ? optionalText(name) : undefined, spanContext);
}

function captureLog(event: unknown, eventName: string | undefined, spanContext?: unknown, serviceName?: string): CapturedLog {
  return Object.freeze({
    eventName,
    body: plainValue(memberOf(event, 'body')),
    severity: optionalText(memberOf(event, 'severityText')),
    severityNumber: numberIn(event, 'severityNumber'),
    time: millisIn(event, 'time'),
    attributes: plainObject(memberOf(event, 'attributes')),
    traceId: optionalText(memberOf(spanContext, 'traceId')),
    spanId: optionalText(memberOf(spanContext, 'spanId')),
    scope: scopeOf(event),
    ...serviceOf(serviceName),
  });
}

function eventOf(name: string, { time, attributes, body, severity, severityNumber }: CapturedLog): CapturedEvent {
  return Object.freeze({
    name,
    time,
    attributes: attributes as Attributes,
    body,
    ...(severity === undefined ? {} : { severity }),
    ...(severityNumber === undefined ? {} : { severityNumber }),
  });
}

function toCapturedEvent(event: unknown): CapturedEvent {
  const name = textOf(memberOf(event, 'name'));
  if (isLog(event)) return eventOf(name, captureLog(event, undefined));
  return Object.freeze({ name, time: millisIn(event, 'time'), attributes: plainAttributes(event) });
}

function toCapturedLink(link: unknown): CapturedLink {
  const context = memberOf(link, 'context');
  return Object.freeze({
    traceId: textOf(memberOf(context, 'traceId')),
    spanId: textOf(memberOf(context, 'spanId')),
    attributes: plainAttributes(link),
  });
}

function plainAttributes(owner: unknown): Readonly<Attributes> {
  return plainObject(memberOf(owner, 'attributes')) as Readonly<Attributes>;
}

function scopeOf(owner: unknown): string {
  return textOf(memberOf(memberOf(owner, 'instrumentationScope'), 'name'));
}

function serviceOf(serviceName: unknown): { service?: string } {
  return typeof serviceName === 'string' ? { service: serviceName } : {};
}
