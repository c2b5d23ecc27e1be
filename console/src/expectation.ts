import { inspect } from 'node:util';
import type { SpanCache } from 'otel-span-cache';

/**
 * Checks the argument `cache` by its members, because a program may have loaded two copies of `otel-span-cache`.
 *
 * @throws TypeError if it is not a `SpanCache`
 */
export function requireCache(cache: SpanCache): void {
  const given: Partial<SpanCache> | null | undefined = cache;
  const isCache =
    typeof given?.subscribe === 'function' &&
    typeof given.stats === 'function' &&
    isObject(given.sampling) &&
    isObject(given.filter);
  if (!isCache) throw new TypeError(expectation('cache', 'a SpanCache', given));
}

/** @throws TypeError if the argument `options` is not an object */
export function requireOptions(options: unknown): asserts options is object {
  if (!isObject(options) || Array.isArray(options)) throw new TypeError(expectation('options', 'an object', options));
}

/** Message about an invalid value, in the form used by `otel-span-cache`. */
export function expectation(name: string, expected: string, value: unknown, shown?: string): string {
  const text = shown ?? inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 60 });
  const type = value === null ? 'null' : typeof value;
  return `${name} must be ${expected}, got ${text.length > 200 ? `${text.slice(0, 200)}…` : text} (${type})`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
