import { types } from 'node:util';
import type { HrTime } from '@opentelemetry/api';

/** Replaces a value that cannot be read, such as a getter that throws or a revoked proxy. */
export const UNREADABLE = '[unreadable]';

/** Maximum number of nested values read from one value: a few objects may reference each other in endless paths. */
export const MAX_VALUES = 65_536;

/** The parts of an object of any class and realm. */
export type ValueParts =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'list'; readonly name: '' | 'Set'; readonly items: readonly unknown[]; readonly size: number }
  | {
      readonly kind: 'map';
      readonly name: '' | 'Map' | 'Error';
      readonly entries: readonly Entry[];
      readonly size: number;
    };

type Entry = readonly [key: unknown, value: unknown];

/**
 * Takes an object apart, so that it can be written as text, as JSON or as plain data.
 *
 * An object with its own text or JSON form, such as a date or a URL, becomes that form, a primitive value. An error
 * becomes a map of its name, message, stack, cause and own members. Reads at most `maxItems` items or members; `size`
 * is their total number. Never throws: a member or an object that cannot be read becomes `UNREADABLE`.
 */
export function partsOf(object: object, maxItems: number): ValueParts {
  try {
    return builtInParts(object, maxItems) ?? ownForm(object, maxItems) ?? memberParts(object, maxItems);
  } catch {
    return { kind: 'value', value: UNREADABLE };
  }
}

/**
 * Reads a member of an object; `UNREADABLE` if that throws. Undefined for null and undefined. Members of `UNREADABLE`
 * are `UNREADABLE` as well.
 */
export function memberOf(object: unknown, key: PropertyKey): unknown {
  if (object === UNREADABLE) return UNREADABLE;
  try {
    return (object as Record<PropertyKey, unknown> | null | undefined)?.[key];
  } catch {
    return UNREADABLE;
  }
}

/** Reads the context of a span; `UNREADABLE` if that throws. */
export function contextOf(span: { spanContext(): unknown }): unknown {
  try {
    return span.spanContext();
  } catch {
    return UNREADABLE;
  }
}

/** Reads a member that is an `HrTime`; undefined if it is not. */
export function timeIn(object: unknown, key: PropertyKey): HrTime | undefined {
  const time = memberOf(object, key);
  const [seconds, nanos] = [memberOf(time, 0), memberOf(time, 1)];
  return isFiniteNumber(seconds) && isFiniteNumber(nanos) ? [seconds, nanos] : undefined;
}

/** Reads the items of a member that is a list; `[UNREADABLE]` if it cannot be read. */
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

/** Lists the standard members explicitly, because they are not enumerable. */
function errorParts(error: object, maxItems: number): ValueParts {
  const always = ['name', 'message', 'stack'];
  const often = ['cause', 'errors'].filter((key) => Object.hasOwn(error, key));
  const keys = [...new Set([...always, ...often, ...Object.keys(error)])];
  return { kind: 'map', name: 'Error', ...members(error, keys, maxItems) };
}

function dateText(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString();
}

/**
 * The JSON or text form that a class defines for its instances. Undefined for plain objects, even with such members.
 */
function ownForm(object: object, maxItems: number): ValueParts | undefined {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined;
  const { toJSON } = object as { toJSON?: unknown };
  if (typeof toJSON === 'function') {
    const json: unknown = toJSON.call(object);
    if (typeof json !== 'object' || json === null) return { kind: 'value', value: primitive(json) };
    return builtInParts(json, maxItems) ?? memberParts(json, maxItems);
  }
  // Objects without their own `toString()` become `[object Object]`, `[object Promise]` etc.
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

/** A form that is itself an object is `UNREADABLE`, so that conversion ends. */
function primitive(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? UNREADABLE : value;
}
