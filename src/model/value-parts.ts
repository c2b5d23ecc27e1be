import { types } from 'node:util';
import type { HrTime } from '@opentelemetry/api';

/** Stands in the place of what cannot be read: a getter that throws, a revoked proxy. */
export const UNREADABLE = '[unreadable]';

/** Values looked at of one value, however they nest: there is no end to the paths through a few objects. */
export const MAX_VALUES = 65_536;

/** An object as its parts, whatever class and realm it is of. */
export type ValueParts =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'list'; readonly name: '' | 'Set'; readonly items: readonly unknown[]; readonly size: number }
  | { readonly kind: 'map'; readonly name: '' | 'Map' | 'Error'; readonly entries: readonly Entry[]; readonly size: number };

type Entry = readonly [key: unknown, value: unknown];

/**
 * Takes an object apart, for those that write values: as text, as JSON, as plain data.
 *
 * A date, a URL, and whatever else has a text or a JSON form of its own, is that form, which is a primitive
 * value. An error is a map of its name, message, stack and cause, and its own members. Reads at most
 * `maxItems` items or members; `size` tells how many there are. Never throws: a member that cannot be read is
 * `UNREADABLE`, and so is an object of which nothing can be read.
 */
export function partsOf(object: object, maxItems: number): ValueParts {
  try {
    return builtInParts(object, maxItems) ?? ownForm(object, maxItems) ?? memberParts(object, maxItems);
  } catch {
    return { kind: 'value', value: UNREADABLE };
  }
}

/**
 * A member of an object, or `UNREADABLE` if it throws. Null and undefined have no members; all members of what is
 * unreadable are, too.
 */
export function memberOf(object: unknown, key: PropertyKey): unknown {
  if (object === UNREADABLE) return UNREADABLE;
  try {
    return (object as Record<PropertyKey, unknown> | null | undefined)?.[key];
  } catch {
    return UNREADABLE;
  }
}

/** The context of a span, or `UNREADABLE` if it throws. */
export function contextOf(span: { spanContext(): unknown }): unknown {
  try {
    return span.spanContext();
  } catch {
    return UNREADABLE;
  }
}

/** A time among the members of an object, or undefined if it is none. */
export function timeIn(object: unknown, key: PropertyKey): HrTime | undefined {
  const time = memberOf(object, key);
  const [seconds, nanos] = [memberOf(time, 0), memberOf(time, 1)];
  return isFiniteNumber(seconds) && isFiniteNumber(nanos) ? [seconds, nanos] : undefined;
}

/** The items of a list among the members of an object; `UNREADABLE` alone if it cannot be read. */
export function itemsIn(object: unknown, key: PropertyKey): readonly unknown[] {
  const list = memberOf(object, key);
  if (typeof list !== 'object' || list === null) return list === UNREADABLE ? [UNREADABLE] : [];
  const parts = partsOf(list, MAX_VALUES);
  if (parts.kind === 'list') return parts.items;
  return parts.kind === 'value' ? [parts.value] : [];
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function builtInParts(object: object, maxItems: number): ValueParts | undefined {
  if (Array.isArray(object)) return listParts(object, maxItems);
  const bytes = bytesOf(object);
  if (bytes !== undefined) return { kind: 'bytes', bytes };
  if (types.isTypedArray(object)) return listParts(object, maxItems);
  if (types.isMap(object)) {
    const entries = first(Map.prototype.entries.call(object) as Iterable<[unknown, unknown]>, maxItems);
    return { kind: 'map', name: 'Map', entries, size: object.size };
  }
  if (types.isSet(object)) {
    return { kind: 'list', name: 'Set', items: first(Set.prototype.values.call(object), maxItems), size: object.size };
  }
  if (types.isNativeError(object) || object instanceof Error) return errorParts(object, maxItems);
  if (types.isDate(object)) return { kind: 'value', value: dateText(object) };
  return types.isBoxedPrimitive(object) ? { kind: 'value', value: primitive(object.valueOf()) } : undefined;
}

function listParts(list: ArrayLike<unknown>, maxItems: number): ValueParts {
  const items: unknown[] = [];
  for (let index = 0; index < Math.min(list.length, maxItems); index++) items.push(memberOf(list, index));
  return { kind: 'list', name: '', items, size: list.length };
}

function bytesOf(object: object): Uint8Array | undefined {
  if (types.isUint8Array(object)) return object;
  if (types.isAnyArrayBuffer(object)) return new Uint8Array(object);
  if (!types.isUint8ClampedArray(object) && !types.isDataView(object)) return undefined;
  return new Uint8Array(object.buffer, object.byteOffset, object.byteLength);
}

/** An error's own members are mostly not enumerable. */
function errorParts(error: object, maxItems: number): ValueParts {
  const always = ['name', 'message', 'stack'];
  const often = ['cause', 'errors'].filter((key) => Object.hasOwn(error, key));
  const keys = [...new Set([...always, ...often, ...Object.keys(error)])];
  return { kind: 'map', name: 'Error', ...members(error, keys, maxItems) };
}

function dateText(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString();
}

/** What an object of a class says of itself. An object literal is its members, whatever they are called. */
function ownForm(object: object, maxItems: number): ValueParts | undefined {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined;
  const { toJSON } = object as { toJSON?: unknown };
  if (typeof toJSON === 'function') {
    const json: unknown = toJSON.call(object);
    if (typeof json !== 'object' || json === null) return { kind: 'value', value: primitive(json) };
    return builtInParts(json, maxItems) ?? memberParts(json, maxItems);
  }
  // Objects without a text of their own are `[object Object]`, `[object Promise]` and the like.
  // oxlint-disable-next-line typescript/no-base-to-string
  const text = String(object);
  return text.startsWith('[object ') ? undefined : { kind: 'value', value: text };
}

function memberParts(object: object, maxItems: number): ValueParts {
  return { kind: 'map', name: '', ...members(object, Object.keys(object), maxItems) };
}

function members(object: object, keys: readonly string[], maxItems: number) {
  return { entries: keys.slice(0, maxItems).map((key) => [key, memberOf(object, key)] as const), size: keys.length };
}

export function first<T>(items: Iterable<T>, maxItems: number): T[] {
  const taken: T[] = [];
  for (const item of items) {
    if (taken.length >= maxItems) break;
    taken.push(item);
  }
  return taken;
}

/** What stands for an object is no object again, or there might be no end. */
function primitive(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? UNREADABLE : value;
}
