import type { SpanCache } from './span-cache.js';

/** What `otel-span-cache/register` leaves behind, once per thread. */
interface Registered {
  readonly cache: SpanCache;
}

/** The number is that of `Registered`'s shape. */
const KEY = Symbol.for('otel-span-cache/register 1');

/** Global as the OpenTelemetry API's provider is: all copies of this package get the same cache. */
const holder = globalThis as { [KEY]?: Registered };

/**
 * The cache that `otel-span-cache/register` started in this thread, or undefined if that was not loaded. The same
 * one for ES modules and CommonJS. With `OTEL_SDK_DISABLED=true` there is one, and no span ever comes.
 */
export function getSpanCache(): SpanCache | undefined {
  return holder[KEY]?.cache;
}

export function setSpanCache(cache: SpanCache): void {
  holder[KEY] = { cache };
}
