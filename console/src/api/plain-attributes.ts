import type { TraceDetail } from './schemas.js';

type Plain = TraceDetail['spans'][number]['attributes'];
type Item = string | number | boolean | null;

/**
 * Attributes as JSON values: `NaN` and the infinities become their names, a hole in a list null, any other value text.
 */
export function plainAttributes(attributes: Readonly<Record<string, unknown>>): Plain {
  if (Object.values(attributes).every(isPlain)) return attributes as Plain;
  const plain: Plain = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) define(plain, key, plainValue(value));
  }
  return plain;
}

/** Whether attributes need no copy, as is usual. */
function isPlain(value: unknown): boolean {
  return (
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  );
}

/** Sets a member, even if the key is `__proto__`. */
function define(plain: Plain, key: string, value: Plain[string]): void {
  if (key === '__proto__') Object.defineProperty(plain, key, { value, enumerable: true });
  else plain[key] = value;
}

function plainValue(value: unknown): Plain[string] {
  return Array.isArray(value) ? value.map(plainItem) : (plainItem(value) ?? '');
}

function plainItem(value: unknown): Item {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value === undefined || value === null) return null;
  return textOf(value);
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return '(unreadable)';
  }
}
