import { SpanKind, type HrTime, type Link } from '@opentelemetry/api';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { ReadableSpan, TimedEvent } from '../../model/otel.js';
import { textOf } from '../../model/text-of.js';
import { durationBetween } from '../../model/duration-between.js';

/** OTLP reads zero as an unknown time. */
const UNKNOWN_TIME: HrTime = [0, 0];

/**
 * A span as exporters get it: that of the SDK itself, or, where a cache made it or this mends it, a plain object.
 *
 * Exporters and the processors in front of them copy spans by spread and assign members. So all members of the object
 * are its own, enumerable and writable, and assigning one changes neither the SDK's span nor what subscribers have.
 *
 * An exporter that throws over one span loses its whole batch. So everything is read here first, and this throws what
 * a getter throws. And what an application can do to a span of the SDK, and an exporter cannot send, is mended: a name
 * that is no string becomes a text, a time that is no number an unknown one, and a link without ids is left out.
 */
export function exportedSpan(span: DeliveredSpan): ReadableSpan {
  readItems(span);
  // Only spans that a cache made have a revision. Their class does not tell: a program may have this package twice.
  if (span.revision !== undefined) {
    const plain = plainSpan(span);
    return isSendable(plain) ? plain : sendable(plain);
  }
  readOthers(span);
  return isSendable(span) ? span : sendable(plainSpan(span));
}

/** Reads the attributes, the events and the links, one by one. */
function readItems({ attributes, events, links }: ReadableSpan): void {
  readEntries(attributes);
  for (const items of [events, links]) {
    for (const item of items) {
      readEntries(item);
      readEntries(item.attributes);
    }
  }
}

function readEntries(object: object | undefined): void {
  for (const key in object) void (object as Record<string, unknown>)[key];
}

function plainSpan(span: DeliveredSpan): Required<ReadableSpan> {
  const { name, kind, startTime, endTime, status, attributes, links, events, duration, ended } = span;
  const { resource, instrumentationScope, droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  const context = span.spanContext();
  // The SDK has the member also on a root.
  const parentSpanContext = span.parentSpanContext!;
  return {
    name, kind, spanContext: () => context, parentSpanContext, startTime, endTime, status, attributes, links, events, duration,
    ended, resource, instrumentationScope, droppedAttributesCount, droppedEventsCount, droppedLinksCount,
  };
}

/** Reads what `readItems()` and `isSendable()` do not: a plain object of all members would cost ten times as much. */
function readOthers(span: ReadableSpan): readonly unknown[] {
  const { parentSpanContext, status, ended, resource, instrumentationScope } = span;
  const { droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  const dropped = [droppedAttributesCount, droppedEventsCount, droppedLinksCount];
  return [span.spanContext(), parentSpanContext, status, ended, resource, instrumentationScope, ...dropped];
}

function isSendable({ name, kind, startTime, endTime, duration, events, links }: ReadableSpan): boolean {
  return (
    typeof name === 'string' && typeof kind === 'number' && isTime(startTime) && isTime(endTime) && isTime(duration) &&
    events.every((event) => typeof event.name === 'string' && isTime(event.time)) &&
    links.every(hasIds)
  );
}

function sendable(span: Required<ReadableSpan>): ReadableSpan {
  const { name, kind, startTime, endTime, duration, events } = span;
  const links = span.links.filter(hasIds);
  // A span whose start is unknown has not lasted since 1970.
  const known = [startTime, endTime].find(isTime) ?? UNKNOWN_TIME;
  const [start, end] = [isTime(startTime) ? startTime : known, isTime(endTime) ? endTime : known];
  return {
    ...span,
    name: textOf(name),
    kind: typeof kind === 'number' ? kind : SpanKind.INTERNAL,
    startTime: start,
    endTime: end,
    duration: isTime(duration) ? duration : durationBetween(start, end),
    events: events.map(sendableEvent),
    links,
    droppedLinksCount: span.droppedLinksCount + span.links.length - links.length,
  };
}

function sendableEvent(event: TimedEvent): TimedEvent {
  const { name, time } = event;
  if (typeof name === 'string' && isTime(time)) return event;
  return { ...event, name: textOf(name), time: isTime(time) ? time : UNKNOWN_TIME };
}

function isTime(time: HrTime): boolean {
  return Array.isArray(time) && Number.isFinite(time[0]) && Number.isFinite(time[1]);
}

function hasIds({ context }: Link): boolean {
  return typeof context?.traceId === 'string' && typeof context.spanId === 'string';
}
