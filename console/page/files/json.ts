/* Reads members of foreign JSON. A member of an unexpected type counts as missing. */

export type Json = Readonly<Record<string, unknown>>;

export function objectIn(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

export function memberIn(value: unknown, name: string): unknown {
  const object = objectIn(value);
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

export function listIn(value: unknown, name: string): readonly unknown[] {
  const list = memberIn(value, name);
  return Array.isArray(list) ? list : [];
}

export function textIn(value: unknown, name: string): string | undefined {
  const text = memberIn(value, name);
  return typeof text === 'string' ? text : undefined;
}

/** A number, or a string of digits: 64-bit integers occur in both forms. */
export function numberIn(value: unknown, name: string): number | undefined {
  const given = memberIn(value, name);
  const number = typeof given === 'string' && given !== '' ? Number(given) : given;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** An id of `digits` hexadecimal digits. Some files omit leading zeros. */
export function idIn(value: unknown, name: string, digits: 16 | 32): string | undefined {
  const text = textIn(value, name);
  if (text === undefined || !/^[0-9a-f]{1,32}$/i.test(text) || text.length > digits) return undefined;
  const id = text.toLowerCase().padStart(digits, '0');
  return /^0+$/.test(id) ? undefined : id;
}
