import workerThreads from 'node:worker_threads';
import { Episode } from '../support/episode.js';
import { internalsOf } from '../cache/internals.js';
import type { SpanCache } from '../cache/span-cache.js';
import { perProcess } from '../support/per-process.js';
import { inheritedAddress } from './address.js';
import type { SpanReceiver, SpanRelay } from './contract.js';
import { connectOptions, receiverOptions, relayOptions } from './options.js';
import type { ConnectOptions, ReceiverOptions, RelayOptions } from './options.js';
import { PROTOCOL_VERSION, type ReceiverAddress } from './protocol.js';
import { CacheReceiver } from './receiver.js';
import { CacheRelay } from './relay.js';

/** Shared by all copies of this package: another copy, loaded as `otel-span-cache/register`, may have connected a cache. */
const connections = perProcess('threads 1', () => ({
  receiver: new WeakMap<SpanCache, SpanReceiver>(),
  relay: new WeakMap<SpanCache, SpanRelay>(),
}));

const BUFFERED = { queued: 0, queuedBytes: 0, dropped: 0, droppedByBytes: 0, droppedOrphans: 0 };

/** The closed relay returned where there is no receiver. It is not subscribed, so it costs nothing. */
export const UNCONNECTED: SpanRelay = {
  role: 'relay',
  closed: true,
  close() {},
  [Symbol.dispose]() {},
  stats: () => ({ sent: 0, inFlight: 0, bytesInFlight: 0, ...BUFFERED, unreadable: 0 }),
};

/**
 * Collects the spans of all threads in the cache of the first one. For code that every thread runs, for instance with
 * `node --import`.
 *
 * A thread becomes a relay if an ancestor was receiving when it created this thread or its ancestor; else a receiver. If
 * the cache is connected already in that role, the existing connection is returned and the options are ignored.
 *
 * ```ts
 * connectThreads(cache);
 * ```
 *
 * @throws TypeError if `cache` is not a `SpanCache`, for an unknown option, or for a value of the wrong type
 * @throws RangeError for a value out of range
 */
export function connectThreads(cache: SpanCache, options?: ConnectOptions): SpanReceiver | SpanRelay {
  internalsOf(cache);
  const { flushTimeoutMillis, ...relay } = connectOptions(options);
  const address = inheritedAddress();
  return address === undefined ? receiverOf(cache, { flushTimeoutMillis }) : relayOf(cache, address, relay);
}

/**
 * Receives the spans and orphans that other threads relay, and delivers them in this cache.
 *
 * It covers the threads that this thread creates after this call, and their descendants. Received spans and orphans
 * get the attribute `thread.id`, and `thread.name` if the thread has a name; existing values are kept. If the cache is
 * receiving already, its receiver is returned and the options are ignored.
 *
 * @throws TypeError if `cache` is not a `SpanCache`, for an unknown option, or for a value of the wrong type
 * @throws RangeError for a value out of range
 */
export function receiveSpans(cache: SpanCache, options?: ReceiverOptions): SpanReceiver {
  internalsOf(cache);
  return receiverOf(cache, receiverOptions(options));
}

/**
 * Sends the spans and orphans that this cache delivers to the nearest ancestor thread that was receiving when it
 * created this thread, or the ancestor from which this thread descends.
 *
 * Where that is impossible (no such thread, another version of this package, or Node.js before 20.19 or 22.5), the
 * returned relay is closed from the start, and the reason is reported through `diag`. If the cache is relayed already,
 * its relay is returned and the options are ignored.
 *
 * @throws TypeError if `cache` is not a `SpanCache`, for an unknown option, or for a value of the wrong type
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

/**
 * Returns the open receiver or relay of a cache in this thread, or else connects the cache. A second relay would send
 * every span twice.
 */
function onlyConnection<Role extends keyof typeof connections, Made extends SpanReceiver | SpanRelay>(
  role: Role,
  cache: SpanCache,
  connect: () => Made & { readonly role: Role },
): Made {
  const ofRole = connections[role] as WeakMap<SpanCache, SpanReceiver | SpanRelay>;
  const existing = ofRole.get(cache);
  if (existing !== undefined && !existing.closed) return existing as Made;
  const made = connect();
  ofRole.set(cache, made);
  return made;
}

function newRelay(cache: SpanCache, address: ReceiverAddress | undefined, options: Required<RelayOptions>): SpanRelay {
  const obstacle = obstacleTo(address);
  if (address !== undefined && obstacle === undefined) return new CacheRelay(cache, address, options);
  new Episode().report(`the spans of this thread are not relayed: ${obstacle}`);
  return UNCONNECTED;
}

function obstacleTo(address: ReceiverAddress | undefined): string | undefined {
  if (address === undefined)
    return 'no ancestor thread was receiving spans when it created this thread or its ancestor';
  if (address.version !== PROTOCOL_VERSION) return 'the receiving thread runs another version of otel-span-cache';
  // Checked here for the receiver as well: it runs in the same process.
  if (!('postMessageToThread' in workerThreads)) return 'relaying needs Node.js 20.19, or 22.5 or newer';
  return undefined;
}
