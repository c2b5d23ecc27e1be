import { perProcess } from '../support/per-process.js';
import type { SpanCache } from './span-cache.js';

const registered = perProcess<{ cache?: SpanCache }>('register 1', () => ({}));

/**
 * Returns the cache that `otel-span-cache/register` created in this thread, or undefined if that module was not loaded.
 * ES modules and CommonJS share it. With `OTEL_SDK_DISABLED=true` the cache exists but receives no spans.
 */
export function getSpanCache(): SpanCache | undefined {
  return registered.cache;
}

export function setSpanCache(cache: SpanCache): void {
  registered.cache = cache;
}
