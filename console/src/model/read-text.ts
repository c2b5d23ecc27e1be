import { memberOf } from './read.js';
import { textOf } from './text.js';

/** Maximum characters of a name. */
export const MAX_NAME = 1_024;

/** Maximum characters of an id. */
export const MAX_ID = 64;

export const INVALID_SPAN_ID = '0000000000000000';

/** An id of a span context; undefined if there is none. */
export function idIn(context: unknown, key: 'traceId' | 'spanId'): string | undefined {
  const id = memberOf(context, key);
  if (id === undefined || id === null || id === '' || id === INVALID_SPAN_ID) return undefined;
  return textOf(id, MAX_ID);
}

export function optionalText(value: unknown, max?: number): string | undefined {
  return value === undefined || value === null ? undefined : textOf(value, max);
}
