import type { DeliveredSpan } from '../../model/merged-span.js';
import { SPAN_MEMBERS } from '../../model/span-members.js';
import { KeyTree } from './key-tree.js';

const MEMBERS: ReadonlySet<string> = new Set(SPAN_MEMBERS);

const standard = new KeyTree((keys) => keys.every((key) => MEMBERS.has(key) || key.startsWith('_')));

/**
 * Whether a span says nothing but what a `DeliveredSpan` says: its own enumerable members are those, and
 * private ones, which begin with an underscore in the SDK.
 */
export function isStandardSpan(span: DeliveredSpan): boolean {
  return standard.of(span);
}
