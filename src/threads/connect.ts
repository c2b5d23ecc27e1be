import workerThreads from 'node:worker_threads';
import { Episode } from '../support/episode.js';
import { internalsOf } from '../cache/internals.js';
import type { SpanCache } from '../cache/span-cache.js';
import { inheritedAddress } from './address.js';
import { onlyConnection } from './connections.js';
import type { SpanReceiver, SpanRelay } from './contract.js';
import { connectOptions, receiverOptions, relayOptions } from './options.js';
import type { ConnectOptions, ReceiverOptions, RelayOptions } from './options.js';
import { PROTOCOL_VERSION, type ReceiverAddress } from './protocol.js';
import { CacheReceiver } from './receiver.js';
import { CacheRelay } from './relay.js';
import { UNCONNECTED } from './unconnected-relay.js';

/**
 * Brings the spans of all threads together in the cache of the first: a thread relays to the one that received
 * when it was created, or else receives. For code that every thread runs, as by `node --import`. A cache that is
 * connected already stays as it is, and what connects it is returned.
 *
 * ```ts
 * connectThreads(cache);
 * ```
 *
 * @throws TypeError for something that is no cache, an unknown option or a value of the wrong type
 * @throws RangeError for a value out of range
 */
export function connectThreads(cache: SpanCache, options?: ConnectOptions): SpanReceiver | SpanRelay {
  internalsOf(cache);
  const { flushTimeoutMillis, ...relay } = connectOptions(options);
  const address = inheritedAddress();
  return address === undefined ? receiverOf(cache, { flushTimeoutMillis }) : relayOf(cache, address, relay);
}

/**
 * Takes in what the caches of other threads relay: of those that are created from now on, by this thread or by one
 * that it has created. Each of their spans and orphans gets the attribute `thread.id`, and `thread.name` if there
 * is a name. A cache that receives already stays as it is, and its receiver is returned.
 *
 * @throws TypeError for something that is no cache, an unknown option or a value of the wrong type
 * @throws RangeError for a value out of range
 */
export function receiveSpans(cache: SpanCache, options?: ReceiverOptions): SpanReceiver {
  internalsOf(cache);
  return receiverOf(cache, receiverOptions(options));
}

/**
 * Relays what the cache of this thread delivers to the nearest thread further up that had called `receiveSpans()`
 * when it created the next one. If there is none, what this returns is closed from the start. A cache that is
 * relayed already stays as it is, and its relay is returned.
 *
 * @throws TypeError for something that is no cache, an unknown option or a value of the wrong type
 * @throws RangeError for a value out of range
 */
export function relaySpans(cache: SpanCache, options?: RelayOptions): SpanRelay {
  internalsOf(cache);
  return relayOf(cache, inheritedAddress(), relayOptions(options));
}

function receiverOf(cache: SpanCache, options: Required<ReceiverOptions>): SpanReceiver {
  return onlyConnection('receiver', cache, () => new CacheReceiver(cache, options));
}

function relayOf(cache: SpanCache, address: ReceiverAddress | undefined, options: Required<RelayOptions>): SpanRelay {
  return onlyConnection('relay', cache, () => newRelay(cache, address, options));
}

function newRelay(cache: SpanCache, address: ReceiverAddress | undefined, options: Required<RelayOptions>): SpanRelay {
  const obstacle = obstacleTo(address);
  if (address !== undefined && obstacle === undefined) return new CacheRelay(cache, address, options);
  new Episode().report(`the spans of this thread are not relayed: ${obstacle}`);
  return UNCONNECTED;
}

function obstacleTo(address: ReceiverAddress | undefined): string | undefined {
  if (address === undefined) return 'no thread received spans when this one was created';
  if (address.version !== PROTOCOL_VERSION) return 'the thread that receives has another version of otel-span-cache';
  // Nor has the receiver it then, which is in the same process.
  if (!('postMessageToThread' in workerThreads)) return 'this needs Node.js 20.19, or 22.5 or newer';
  return undefined;
}
