import { SpanCache, type SpanCacheOptions } from '../src/index.js';

/** The caches of the running test. The references are weak, because some tests watch a cache being collected. */
const caches: WeakRef<SpanCache>[] = [];

/** A cache that is shut down after the test, so that none of its timers runs into the next one. */
export function newCache(options?: SpanCacheOptions): SpanCache {
  const cache = new SpanCache(options);
  caches.push(new WeakRef(cache));
  return cache;
}

/** Waits for all of it: an exporter that never answers needs a short `exportTimeoutMillis` in a test. */
export async function shutDownCaches(): Promise<void> {
  await Promise.all(caches.splice(0).map((cache) => cache.deref()?.shutdown()));
}
