/**
 * Collects the spans of worker threads and of other processes in the cache of one thread.
 *
 * @module otel-span-cache/threads
 */
export { connectThreads, receiveSpans, relaySpans } from './connect.js';
export { onDemand, receive } from './receive.js';
export { packedFromBytes, packedToBytes } from './wire/packed-bytes.js';
export { SpanPacker, type SpanPackerOptions } from './wire/span-packer.js';
export { SpanUnpacker } from './wire/span-unpacker.js';
export type { PackedBatch } from './wire/packed-batch.js';
export type { ReceivedBatch } from '../cache/intake/received-batch.js';
export type { SpanDemand } from '../cache/intake/gate.js';
export type { ReceiverStats, RelayStats, SpanReceiver, SpanRelay, ThreadStats } from './contract.js';
export type { ConnectOptions, ReceiverOptions, RelayOptions } from './options.js';
