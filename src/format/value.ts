const MAX_DEPTH = 3;
const MAX_ITEMS = 20;

/** Strings that read unambiguously without quotes. */
const PLAIN = /^[^\s"',{}[\]]+$/;
const LOOKS_TYPED = /^(?:-?[\d.]+(?:e[+-]?\d+)?|true|false|null|undefined)$/;

/**
 * An attribute's value, compactly: `17`, `card_declined`, `"two words"`, `[a, b]`, `{id=17, tags=[a]}`.
 *
 * A string is quoted where it would not be told from what is around it or from another type. Depth and
 * items are limited: a log attribute may be any object, also one that contains itself.
 */
export function formatValue(value: unknown, depth = 0): string {
  if (typeof value === 'string') return formatString(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  if (isError(value)) return `${nonEmptyStrings([value.type, value.name, 'Error'])[0]}: ${value.message}`;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  if (depth === MAX_DEPTH) return `${open}…${close}`;
  return `${open}${formatItems(value, depth + 1).join(', ')}${close}`;
}

function formatString(value: string): string {
  return PLAIN.test(value) && !LOOKS_TYPED.test(value) ? value : JSON.stringify(value);
}

/** Those of the values that say something as they are. */
export function nonEmptyStrings(values: readonly unknown[]): string[] {
  return values.filter((value): value is string => typeof value === 'string' && value !== '');
}

function formatItems(value: object, depth: number): string[] {
  const keys = Object.keys(value);
  const items = keys.slice(0, MAX_ITEMS).map((key) => {
    const item = formatValue((value as Record<string, unknown>)[key], depth);
    return Array.isArray(value) ? item : `${key}=${item}`;
  });
  return keys.length > MAX_ITEMS ? [...items, '…'] : items;
}

/** An error, or what loggers make of one (pino: `type`, others: `name`). */
function isError(value: object): value is { type?: unknown; name?: unknown; message: string } {
  const { message, stack } = value as Record<string, unknown>;
  return typeof message === 'string' && typeof stack === 'string';
}
