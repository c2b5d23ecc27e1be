import { perProcess } from '../support/per-process.js';
import type { SpanCache } from './span-cache.js';

const registered = perProcess<{ cache?: SpanCache }>('register 1', () => ({}));

/**
 * The cache that `otel-span-cache/register` started in this thread, or undefined if that was not loaded. The same
 * one for ES modules and CommonJS. With `OTEL_SDK_DISABLED=true` there is one, and no span ever comes.
 */
export function getSpanCache(): SpanCache | undefined {
  return registered.cache;
}

export function setSpanCache(cache: SpanCache): void {
  registered.cache = cache;
}
