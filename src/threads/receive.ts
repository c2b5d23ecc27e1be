import type { ReceivedBatch } from '../cache/intake/received-batch.js';
import type { SpanDemand } from '../cache/intake/gate.js';
import { internalsOf } from '../cache/internals.js';
import type { SpanCache } from '../cache/span-cache.js';
import type { Handle } from '../support/handle.js';

/**
 * Takes in what another cache delivered, such as a batch of its subscriber, and counts what it lost on the way. For spans
 * that come by a way of your own, as from child processes.
 *
 * A span that cannot be read is counted as `invalid`; something that is no batch is reported through `diag`. An item that
 * has been in this cache before, as from a cache that receives from this one, is counted as `duplicate`.
 *
 * @throws TypeError for something that is no cache, and for nothing else
 */
export function receive(cache: SpanCache, batch: ReceivedBatch): void {
  internalsOf(cache).receive(batch);
}

/**
 * Calls a function with what the subscribers of a cache want, now and whenever it changes, until the handle is closed.
 * Whoever brings spans by `receive()` need not bring what nobody wants. What the function throws is reported through
 * `diag`.
 *
 * @throws TypeError for something that is no cache, or a listener that is no function
 */
export function onDemand(cache: SpanCache, listener: (demand: SpanDemand) => void): Handle {
  return internalsOf(cache).onDemand(listener);
}
