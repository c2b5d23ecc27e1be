/** Containers nest this deep; what is deeper becomes `'[…]'`. */
const MAX_DEPTH = 16;

/**
 * A value as plain, frozen data of its own: objects, arrays, strings, numbers, booleans, null, undefined.
 *
 * Log bodies may be anything. A bigint becomes a string, a date its ISO text, an error its name, message
 * and stack, bytes an array of numbers, a value inside itself `'[Circular]'`. Never throws: what cannot be
 * read becomes `'[Unreadable]'`.
 */
export function plainValue(value: unknown): unknown {
  try {
    return plain(value, []);
  } catch {
    return '[Unreadable]';
  }
}

/** The entries of an object, each as `plainValue`. */
export function plainObject(object: object | undefined): Readonly<Record<string, unknown>> {
  return Object.freeze(
    Object.fromEntries(Object.entries(object ?? {}).map(([key, value]) => [key, plainValue(value)])),
  );
}

function plain(value: unknown, path: readonly object[]): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return value.toString();
  if (typeof value === 'function') return `[Function ${value.name}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (path.includes(value)) return '[Circular]';
  if (path.length === MAX_DEPTH) return '[…]';

  const inner = [...path, value];
  if (Array.isArray(value)) return Object.freeze(value.map((element) => plain(element, inner)));
  if (value instanceof Uint8Array) return Object.freeze([...value]);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  const entries = [...errorEntries(value), ...Object.entries(value)];
  return Object.freeze(Object.fromEntries(entries.map(([key, element]) => [key, plain(element, inner)])));
}

/** An error's own members are not enumerable. */
function errorEntries(value: object): [string, unknown][] {
  if (!(value instanceof Error)) return [];
  const { name, message, stack } = value;
  return Object.entries({ name, message, stack });
}
