import { textOf } from './text-of.js';
import { MAX_VALUES, partsOf } from './value-parts.js';

export type AttributeEntry = readonly [key: string, value: unknown];

/**
 * The attributes of a span, event or link as a list of entries. Never throws: the value of an attribute that cannot be
 * read is `UNREADABLE`. A value that is not an object of attributes becomes one attribute named `attributes`.
 */
export function attributeEntries(attributes: unknown): AttributeEntry[] {
  if (attributes === undefined || attributes === null) return [];
  const parts = typeof attributes === 'object' ? partsOf(attributes, MAX_VALUES) : undefined;
  if (parts?.kind !== 'map') return [['attributes', attributes]];
  return parts.entries.map(([key, value]) => [textOf(key), value]);
}
