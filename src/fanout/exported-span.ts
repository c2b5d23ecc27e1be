import { MergedSpan, type DeliveredSpan } from '../model/merged-span.js';
import type { ReadableSpan } from '../model/otel.js';
import { StoredSpan } from '../store/stored-span.js';

/**
 * A span as exporters get it: that of the SDK itself, or, where the cache made it, a plain object.
 *
 * Exporters and the processors in front of them copy spans by spread and assign members. So all members of the object
 * are its own, enumerable and writable, and assigning one changes neither the SDK's span nor what subscribers have.
 *
 * Throws what a getter of the span throws. Each member is read here, also of a span that goes out as it is: if the
 * exporter met the getter first, all spans of its batch would fail.
 */
export function exportedSpan(span: DeliveredSpan): ReadableSpan {
  const plain = plainSpan(span);
  return span instanceof MergedSpan || span instanceof StoredSpan ? plain : span;
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
