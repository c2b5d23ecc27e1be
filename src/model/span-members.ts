import type { ReadableSpan } from './otel.js';

/** All that a delivered span says, in the order in which it is shown. */
export const SPAN_MEMBERS = [
  'name', 'kind', 'spanContext', 'parentSpanContext', 'startTime', 'endTime', 'duration', 'ended', 'status', 'attributes',
  'links', 'events', 'resource', 'instrumentationScope', 'droppedAttributesCount', 'droppedEventsCount', 'droppedLinksCount',
  'revision',
] as const satisfies readonly (keyof ReadableSpan | 'revision')[];
