import type { HrTime } from '@opentelemetry/api';
import type { AttributeEntry } from '../model/attribute-entries.js';
import { toAttributes, toAttributeValue } from '../model/attribute-value.js';
import { textOf } from '../model/text-of.js';
import { extentOf } from '../trace/extent.js';
import { optionalText, plainSpan, type PlainEvent, type PlainSpan } from '../trace/plain-span.js';
import { nanosBetween } from '../trace/text/duration.js';
import type { Trace } from '../trace/trace.js';

/**
 * A trace as one line of JSON. Members without a value are omitted: `parentSpanId`, `remoteParent`, `error`, `open`,
 * `scope`, `attributes` and `events` of a span; `severity`, `body` and `attributes` of an event; times that cannot be
 * read.
 */
export function traceJson(trace: Trace, service: string | undefined, pid: number): string {
  const views = trace.spans.map(plainSpan);
  const { start, nanos } = extentOf(views);
  return JSON.stringify({
    traceId: textOf(trace.traceId),
    complete: trace.complete,
    service,
    pid,
    startTime: timeText(start),
    durationMillis: Math.round(nanos) / 1e6,
    spans: views.map(spanJson),
  });
}

function spanJson(view: PlainSpan): object {
  const { kind = 'internal', spanId, parentSpanId } = view;
  return {
    spanId,
    parentSpanId,
    remoteParent: view.parentIsRemote || undefined,
    name: textOf(view.name),
    kind,
    startTime: timeText(view.startTime),
    durationMillis: millis(view.startTime, view.endTime),
    error: errorText(view),
    open: !view.ended || undefined,
    scope: optionalText(view.scope),
    attributes: attributesJson(view.attributes),
    events: view.events.length > 0 ? view.events.map(eventJson) : undefined,
  };
}

function eventJson({ name, time, attributes, isLog, severityText, severityNumber, body }: PlainEvent): object {
  return {
    name: textOf(name),
    time: timeText(time),
    severity: isLog ? (severityText === undefined ? severityNumber : textOf(severityText)) : undefined,
    body: isLog ? toAttributeValue(body) : undefined,
    attributes: attributesJson(attributes),
  };
}

/** The status message of a failed span, `''` if it has none; undefined for any other span. */
function errorText({ status, statusMessage }: PlainSpan): string | undefined {
  if (status !== 'error') return undefined;
  return statusMessage === undefined ? '' : textOf(statusMessage);
}

function attributesJson(entries: readonly AttributeEntry[]): object | undefined {
  return entries.length > 0 ? toAttributes(entries) : undefined;
}

function millis(from: HrTime, to: HrTime): number {
  return Math.round(nanosBetween(from, to)) / 1e6;
}

/** A time in ISO 8601, in UTC with nanoseconds; undefined if invalid. */
function timeText([seconds, nanos]: HrTime): string | undefined {
  // A span may have any two numbers as its time.
  const whole = Math.floor(seconds);
  const rest = nanos + (seconds - whole) * 1e9;
  const carried = Math.floor(rest / 1e9);
  const date = new Date((whole + carried) * 1_000);
  if (Number.isNaN(date.getTime())) return undefined;
  return date.toISOString().replace('.000Z', `.${String(Math.floor(rest - carried * 1e9)).padStart(9, '0')}Z`);
}
