import type { ReceivedBatch } from '../cache/intake/received-batch.js';
import type { SpanDemand } from '../cache/intake/gate.js';
import { internalsOf } from '../cache/internals.js';
import type { SpanCache } from '../cache/span-cache.js';
import type { Handle } from '../support/handle.js';

/**
 * Adds a batch delivered by another cache to this one, and counts the losses that the batch reports. For a transport of
 * your own, for instance from child processes.
 *
 * A span that cannot be read is counted as `invalid`, and an item that has passed through this cache before as
 * `duplicate`. Anything that is not a batch is reported through `diag`.
 *
 * @throws TypeError if `cache` is not a `SpanCache`
 */
export function receive(cache: SpanCache, batch: ReceivedBatch): void {
  internalsOf(cache).receive(batch);
}

/**
 * Calls `listener` with the current demand of a cache's subscribers, now and whenever it changes, until the handle is
 * closed. A transport that feeds `receive()` can stop sending spans or orphans while there is no demand. Exceptions of
 * the listener are reported through `diag`.
 *
 * @throws TypeError unless `cache` is a `SpanCache` and `listener` a function
 */
export function onDemand(cache: SpanCache, listener: (demand: SpanDemand) => void): Handle {
  return internalsOf(cache).onDemand(listener);
}
