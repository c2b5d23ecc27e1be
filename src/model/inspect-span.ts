import type { ReadableSpan } from './otel.js';

/** The symbol of the method that `console.log` and assertion messages ask for what to show. */
export const inspect = Symbol.for('nodejs.util.inspect.custom');

/** What a span shows when it is inspected: its members. The resource, the same for all, is left out. */
export function inspectSpan(span: ReadableSpan & { readonly revision?: number }): object {
  const { name, kind, parentSpanContext, startTime, endTime, status, attributes, links, events } = span;
  const { duration, ended, instrumentationScope, droppedAttributesCount, droppedEventsCount } = span;
  const { droppedLinksCount, revision } = span;
  return {
    name,
    kind,
    spanContext: span.spanContext(),
    parentSpanContext,
    startTime,
    endTime,
    duration,
    ended,
    status,
    attributes,
    links,
    events,
    instrumentationScope,
    droppedAttributesCount,
    droppedEventsCount,
    droppedLinksCount,
    revision,
  };
}
