import { textOf } from './text-of.js';
import { MAX_VALUES, partsOf } from './value-parts.js';

export type AttributeEntry = readonly [key: string, value: unknown];

/**
 * The attributes of a span, event or link, one by one. Never throws: an attribute that cannot be read is
 * `UNREADABLE`, and what is no object of attributes is an attribute of the name `attributes`.
 */
export function attributeEntries(attributes: unknown): AttributeEntry[] {
  if (attributes === undefined || attributes === null) return [];
  const parts = typeof attributes === 'object' ? partsOf(attributes, MAX_VALUES) : undefined;
  if (parts?.kind !== 'map') return [['attributes', attributes]];
  return parts.entries.map(([key, value]) => [textOf(key), value]);
}
