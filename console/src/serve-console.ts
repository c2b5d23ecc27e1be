import type { SpanCache } from 'otel-span-cache';
import type { ConsoleHandle } from './host/console-handle.js';
import { requireCache } from './expectation.js';
import { ServedConsole } from './host/served-console.js';
import { resolveOptions, type ConsoleOptions } from './options.js';

/**
 * Serves the console of a cache, from a worker thread, on loopback. Writes its address to standard error.
 *
 * ```ts
 * const console = await serveConsole(cache);
 * ```
 *
 * The process is kept alive only until the console listens.
 *
 * @throws TypeError unless `cache` is a `SpanCache`, and for an unknown option or a value of the wrong type
 * @throws RangeError for a value out of range
 * @throws Error if it cannot listen
 */
export async function serveConsole(cache: SpanCache, options?: ConsoleOptions): Promise<ConsoleHandle> {
  requireCache(cache);
  const served = new ServedConsole(cache, resolveOptions(options));
  return served.start();
}
