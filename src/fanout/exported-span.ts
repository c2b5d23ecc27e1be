import type { Link } from '@opentelemetry/api';
import type { DeliveredSpan } from '../model/merged-span.js';
import type { ReadableSpan, TimedEvent } from '../model/otel.js';

/**
 * A span as exporters get it: that of the SDK itself, or, where a cache made it, a plain object.
 *
 * Exporters and the processors in front of them copy spans by spread and assign members. So all members of the object
 * are its own, enumerable and writable, and assigning one changes neither the SDK's span nor what subscribers have.
 *
 * Every member is read here, as an exporter will read it: what throws costs this span, where in the exporter it would
 * cost the whole batch. Throws what a getter of the span throws.
 */
export function exportedSpan(span: DeliveredSpan): ReadableSpan {
  const plain = plainSpan(span);
  readItems(plain);
  // Only spans that a cache made have a revision. Their class does not tell: a program may have this package twice.
  return span.revision === undefined ? span : plain;
}

/** Reads the attributes, the events and the links, one by one. */
function readItems({ attributes, events, links }: ReadableSpan): void {
  readEntries(attributes);
  if (events) for (const event of events) readItem(event);
  if (links) for (const link of links) readItem(link);
}

function readItem(item: TimedEvent | Link): void {
  readEntries(item);
  readEntries(item.attributes);
}

function readEntries(object: object | undefined): void {
  for (const key in object) void (object as Record<string, unknown>)[key];
}

function plainSpan(span: DeliveredSpan): Required<ReadableSpan> {
  const context = span.spanContext();
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => context,
    // The SDK has the member also on a root.
    parentSpanContext: span.parentSpanContext!,
    startTime: span.startTime,
    endTime: span.endTime,
    status: span.status,
    attributes: span.attributes,
    links: span.links,
    events: span.events,
    duration: span.duration,
    ended: span.ended,
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}
