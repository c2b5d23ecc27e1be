/**
 * The spans of worker threads, in the cache of another thread.
 *
 * @module otel-span-cache/threads
 */
export { connectThreads, receiveSpans, relaySpans } from './connect.js';
export type { ReceiverStats, RelayStats, SpanReceiver, SpanRelay, ThreadStats } from './contract.js';
export type { ConnectOptions, ReceiverOptions, RelayOptions } from './options.js';
