import type { SpanCache } from 'otel-span-cache';
import { requireCache } from '../../expectation.js';
import type { JoinHandle } from './join-handle.js';
import { resolveJoinOptions, type JoinOptions } from './join-options.js';
import { JoinedConsole } from './joined-console.js';

/**
 * Sends the spans of a cache to the console of another process on this machine: a cluster's primary, the parent
 * process, or `otel-span-cache-console listen`. That console shows them with its own, with one trace across all
 * processes.
 *
 * ```ts
 * const joined = joinConsole(cache);
 * ```
 *
 * The console need not be running yet: this process looks for it, and joins it again after an interruption. Meanwhile,
 * at most 32,768 spans wait. The last spans are sent, within a second, by `close()` and when the event loop of the
 * process is empty. `process.exit()`, a signal or a crash loses the spans of the last 40 ms.
 *
 * @throws TypeError unless `cache` is a `SpanCache`, and for an unknown option or a wrong value
 */
export function joinConsole(cache: SpanCache, options?: JoinOptions): JoinHandle {
  requireCache(cache);
  return new JoinedConsole(cache, resolveJoinOptions(options));
}
