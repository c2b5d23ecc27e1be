/** A span as data that can be sent to another thread and compared there. */
export function plain(span) {
  const { name, kind, parentSpanContext, startTime, endTime, duration, status, attributes, links, events, ended } =
    span;
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
    events: events.map(plainEvent),
    ended,
    resource: resource.attributes,
    instrumentationScope,
    droppedAttributesCount,
    droppedEventsCount,
    droppedLinksCount,
  };
}

/** One that came from a log record has a resource, too. */
function plainEvent(event) {
  return event.resource === undefined ? event : { ...event, resource: event.resource.attributes };
}
