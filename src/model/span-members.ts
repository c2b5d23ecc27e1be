import type { ReadableSpan } from './otel.js';

/** All members of a delivered span, in display order. */
export const SPAN_MEMBERS = [
  'name',
  'kind',
  'spanContext',
  'parentSpanContext',
  'startTime',
  'endTime',
  'duration',
  'ended',
  'status',
  'attributes',
  'links',
  'events',
  'resource',
  'instrumentationScope',
  'droppedAttributesCount',
  'droppedEventsCount',
  'droppedLinksCount',
  'revision',
] as const satisfies readonly (keyof ReadableSpan | 'revision')[];
