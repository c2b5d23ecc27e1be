const MAX_LENGTH = 10_000;

/** Any value as one text: a string as it is. Never throws. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return String(value).slice(0, MAX_LENGTH);
  } catch {
    return '[unreadable]';
  }
}
