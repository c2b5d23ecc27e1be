/** A span as data that can be sent to another thread and compared there. */
export function plain(span) {
  const { name, kind, parentSpanContext, startTime, endTime, duration, status, attributes, links, events, ended } = span;
  const { instrumentationScope, droppedAttributesCount, droppedEventsCount, droppedLinksCount, resource } = span;
  return {
    name,
    kind,
    spanContext: span.spanContext(),
    parentSpanContext,
    startTime,
    endTime,
    duration,
    status,
    attributes,
    links,
    // Of a log event.
    events: events.map((event) => (event.resource ? { ...event, resource: event.resource.attributes } : event)),
    ended,
    resource: resource.attributes,
    instrumentationScope,
    droppedAttributesCount,
    droppedEventsCount,
    droppedLinksCount,
  };
}
