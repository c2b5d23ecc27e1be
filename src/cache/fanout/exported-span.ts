import { SpanKind, type HrTime, type Link } from '@opentelemetry/api';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { ReadableSpan, TimedEvent } from '../../model/otel.js';
import { textOf } from '../../model/text-of.js';
import { durationBetween } from '../../model/hr-time.js';

/** In OTLP, a time of zero means that the time is unknown. */
const UNKNOWN_TIME: HrTime = [0, 0];

/**
 * The span that exporters receive: the SDK's own object or, if a cache made the span or it needs repair, a plain copy.
 *
 * Exporters and the processors in front of them spread spans and assign members. All members of the copy are therefore
 * own, enumerable and writable, and assigning one changes neither the SDK's span nor the span that subscribers hold.
 *
 * An exporter that throws for one span loses its whole batch, so every member is read here first and an exception of a
 * getter surfaces here. Values that an application may set but an exporter cannot send are repaired: a name that is not
 * a string is converted, an invalid time becomes unknown, and a link without ids is left out.
 */
export function exportedSpan(span: DeliveredSpan): ReadableSpan {
  readItems(span);
  // Only spans made by a cache have a revision. `instanceof` would miss spans made by another copy of this package.
  if (span.revision !== undefined) {
    const plain = plainSpan(span);
    return isSendable(plain) ? plain : sendable(plain);
  }
  readOthers(span);
  return isSendable(span) ? span : sendable(plainSpan(span));
}

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
  // The SDK defines the member on root spans too, as undefined.
  const parentSpanContext = span.parentSpanContext!;
  return {
    name,
    kind,
    spanContext: () => context,
    parentSpanContext,
    startTime,
    endTime,
    status,
    attributes,
    links,
    events,
    duration,
    ended,
    resource,
    instrumentationScope,
    droppedAttributesCount,
    droppedEventsCount,
    droppedLinksCount,
  };
}

/** Reads the members that `readItems()` and `isSendable()` do not. A plain copy would cost ten times as much. */
function readOthers(span: ReadableSpan): readonly unknown[] {
  const { parentSpanContext, status, ended, resource, instrumentationScope } = span;
  const { droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  const dropped = [droppedAttributesCount, droppedEventsCount, droppedLinksCount];
  return [span.spanContext(), parentSpanContext, status, ended, resource, instrumentationScope, ...dropped];
}

function isSendable({ name, kind, startTime, endTime, duration, events, links }: ReadableSpan): boolean {
  return (
    typeof name === 'string' &&
    typeof kind === 'number' &&
    isTime(startTime) &&
    isTime(endTime) &&
    isTime(duration) &&
    events.every((event) => typeof event.name === 'string' && isTime(event.time)) &&
    links.every(hasIds)
  );
}

function sendable(span: Required<ReadableSpan>): ReadableSpan {
  const { name, kind, startTime, endTime, duration, events } = span;
  const links = span.links.filter(hasIds);
  // One unknown time takes the value of the other, so that the span does not seem to have started in 1970.
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
