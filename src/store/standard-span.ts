import type { DeliveredSpan } from '../model/merged-span.js';
import { KeyTree } from './key-tree.js';

const MEMBERS: ReadonlySet<string> = new Set<keyof DeliveredSpan>([
  'name',
  'kind',
  'spanContext',
  'parentSpanContext',
  'startTime',
  'endTime',
  'status',
  'attributes',
  'links',
  'events',
  'duration',
  'ended',
  'resource',
  'instrumentationScope',
  'droppedAttributesCount',
  'droppedEventsCount',
  'droppedLinksCount',
  'revision',
]);

const standard = new KeyTree((keys) => keys.every((key) => MEMBERS.has(key) || key.startsWith('_')));

/**
 * Whether a span says nothing but what a `DeliveredSpan` says: its own enumerable members are those, and
 * private ones, which begin with an underscore in the SDK.
 */
export function isStandardSpan(span: DeliveredSpan): boolean {
  return standard.get(Object.keys(span));
}
