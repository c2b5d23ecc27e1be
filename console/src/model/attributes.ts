import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { memberOf } from './read.js';
import { entryBytes, MAX_ROW_BYTES, textBytes, type RowSize } from './row-size.js';
import { CUT, MAX_TEXT, textOf, UNREADABLE } from './text.js';

/** Maximum number of attributes of one span, event or link; further ones are left out and counted. */
const MAX_ATTRIBUTES = 1_000;
const MAX_ITEMS = 1_000;
const MAX_KEY = 256;

/** Attributes as plain data, and the number of those left out. */
export interface ReadAttributes {
  readonly attributes: Attributes;
  readonly left: number;
}

const NONE: ReadAttributes = Object.freeze({ attributes: Object.freeze({}), left: 0 });

/**
 * Attributes as plain data: strings, finite numbers, booleans, and arrays of these. Never throws.
 *
 * Any other value becomes text. A value that cannot be read becomes `[unreadable]`; a value of more than 8 kB is cut
 * and marked.
 */
export function readAttributes(source: unknown, size: RowSize): ReadAttributes {
  if (source === undefined || source === null) return NONE;
  const keys = keysOf(source);
  if (keys === undefined) return { attributes: { attributes: size.text(textOf(source)) }, left: 0 };
  if (keys.length === 0) return NONE;
  const attributes: Attributes = {};
  let read = 0;
  for (const key of keys) {
    if (read === MAX_ATTRIBUTES || size.isFull) break;
    setAttribute(attributes, textOf(key, MAX_KEY), attributeValue(memberOf(source, key), size));
    size.entry(key);
    read++;
  }
  return { attributes, left: keys.length - read };
}

/**
 * Estimated bytes of attributes that can be kept unchanged: few, and each a short text, a finite number or a boolean.
 * -1 for others.
 *
 * @param attributes plain data, without getters
 */
export function plainBytes(attributes: Attributes): number {
  let bytes = 0;
  let left = MAX_ATTRIBUTES;
  for (const key in attributes) {
    const value = attributes[key];
    if (typeof value === 'string') {
      if (value.length > MAX_TEXT) return -1;
      bytes += textBytes(value);
    } else if (typeof value === 'number' ? !Number.isFinite(value) : typeof value !== 'boolean') return -1;
    if (left-- === 0 || key.length > MAX_KEY) return -1;
    bytes += entryBytes(key);
  }
  return bytes < MAX_ROW_BYTES ? bytes : -1;
}

/** Sets an own member, even if its name is `__proto__`. */
export function setAttribute(attributes: Attributes, key: string, value: AttributeValue): void {
  if (key !== '__proto__') attributes[key] = value;
  else Object.defineProperty(attributes, key, { value, enumerable: true, configurable: true, writable: true });
}

function keysOf(source: unknown): readonly string[] | undefined {
  try {
    return typeof source === 'object' && !Array.isArray(source) ? Object.keys(source as object) : undefined;
  } catch {
    return undefined;
  }
}

function attributeValue(value: unknown, size: RowSize): AttributeValue {
  if (typeof value === 'string') return size.text(textOf(value));
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value;
  return simpleList(value, size) ?? size.text(textOf(value));
}

/** A copy of an array of strings, numbers, booleans and nulls. Undefined for any other value. */
function simpleList(value: unknown, size: RowSize): AttributeValue | undefined {
  try {
    if (!Array.isArray(value)) return undefined;
    const items: unknown[] = [];
    let room = MAX_TEXT;
    for (let index = 0; index < value.length; index++) {
      if (index === MAX_ITEMS || room <= 0) {
        items.push(CUT);
        break;
      }
      const item = listItem(memberOf(value, index), room);
      if (item === undefined) return undefined;
      items.push(item);
      room -= typeof item === 'string' ? item.length + 8 : 8;
    }
    for (const item of items) if (typeof item === 'string') size.text(item);
    size.add(8 * items.length);
    return items as AttributeValue;
  } catch {
    return UNREADABLE;
  }
}

function listItem(item: unknown, room: number): unknown {
  if (item === undefined || item === null) return null;
  if (typeof item === 'boolean') return item;
  if (typeof item === 'number') return Number.isFinite(item) ? item : String(item);
  return typeof item === 'string' ? textOf(item, room) : undefined;
}
