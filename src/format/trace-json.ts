import { SpanStatusCode, type HrTime } from '@opentelemetry/api';
import type { AttributeEntry } from '../model/attribute-entries.js';
import { toAttributeValue } from '../model/attribute-value.js';
import { textOf } from '../model/text-of.js';
import { contextOf, memberOf } from '../model/value-parts.js';
import { nanosBetween } from '../trace/text/duration.js';
import type { Trace } from '../trace/trace.js';
import { Timeline } from './timeline.js';
import { viewOf, type EventView, type SpanView } from './views.js';

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'];

/**
 * A trace as one line of JSON. Members that have nothing to say are left out: `parentSpanId`, `remoteParent`, `error`,
 * `open`, `attributes`, `events` of a span, and of an event `severity`, `body`, `attributes`.
 */
export function traceJson(trace: Trace, service: string | undefined, pid: number): string {
  const views = trace.spans.map(viewOf);
  const { start, nanos } = new Timeline(views, 0);
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

function spanJson(view: SpanView): object {
  const { span, kind = 0 } = view;
  const parent = memberOf(span, 'parentSpanContext');
  return {
    spanId: idOf(contextOf(span)),
    parentSpanId: parent === undefined ? undefined : idOf(parent),
    remoteParent: view.hasRemoteParent || undefined,
    name: textOf(view.name),
    kind: KINDS[kind] ?? 'internal',
    startTime: timeText(view.startTime),
    durationMillis: millis(view.startTime, view.endTime),
    error: errorText(view),
    open: view.isOpen || undefined,
    scope: textOf(memberOf(memberOf(span, 'instrumentationScope'), 'name')),
    attributes: attributesJson(view.attributes),
    events: view.events.length > 0 ? view.events.map(eventJson) : undefined,
  };
}

function eventJson({ name, time, attributes, log }: EventView): object {
  return {
    name: textOf(name),
    time: timeText(time),
    severity: log && (log.severityText === undefined ? log.severityNumber : textOf(log.severityText)),
    body: log && toAttributeValue(log.body),
    attributes: attributesJson(attributes),
  };
}

/** The status message of a failed span, which may be empty. */
function errorText({ statusCode, statusMessage }: SpanView): string | undefined {
  if (statusCode !== SpanStatusCode.ERROR) return undefined;
  return statusMessage === undefined ? '' : textOf(statusMessage);
}

function attributesJson(entries: readonly AttributeEntry[]): object | undefined {
  return entries.length > 0 ? Object.fromEntries(entries.map(([key, value]) => [key, toAttributeValue(value)])) : undefined;
}

function idOf(context: unknown): string {
  return textOf(memberOf(context, 'spanId'));
}

function millis(from: HrTime, to: HrTime): number {
  return Math.round(nanosBetween(from, to)) / 1e6;
}

/** ISO 8601 in UTC with all nanoseconds; undefined for a time that is none. */
function timeText([seconds, nanos]: HrTime): string | undefined {
  const date = new Date(seconds * 1_000);
  if (Number.isNaN(date.getTime())) return undefined;
  return date.toISOString().replace('.000Z', `.${String(nanos).padStart(9, '0')}Z`);
}
