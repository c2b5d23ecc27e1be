import workerThreads from 'node:worker_threads';
import { isString, millisFrom, ofType, positiveInteger, resolverOf, type OptionsOf } from '../support/option.js';

/** The bounds of a relay, and the name of its thread. */
export interface RelayOptions {
  /**
   * Spans and orphans that may wait in this thread while `maxSpansInFlight` others are in flight. A batch that does not
   * fit is dropped whole and counted. An integer from 1. Default 65,536, the default `queueCapacity` of a cache, so that
   * a shutdown that delivers a full queue at once drops no spans.
   */
  capacity?: number;
  /**
   * Spans and orphans that may be in flight: sent, but not yet processed by the receiver. The last batch may exceed it.
   * A flush by the receiver and the end of the thread ignore this bound. An integer from 1. Default 4,096.
   */
  maxSpansInFlight?: number;
  /**
   * Estimated bytes of spans and orphans that may wait. As many again may be in flight, and the last batch may exceed
   * that. A batch that does not fit is dropped whole and counted. An integer from 1. Default 67,108,864 (64 MiB).
   */
  maxBytes?: number;
  /**
   * The attribute `thread.name` of this thread's spans. A string that is not empty. Default: the `name` that the worker
   * was created with, if this version of Node.js exposes it.
   */
  threadName?: string | undefined;
}

/** How spans of other threads are received. */
export interface ReceiverOptions {
  /** Milliseconds that `forceFlush()` waits for busy threads. From 1 to 2,147,483,647. Default 5,000. */
  flushTimeoutMillis?: number;
}

/** Options for both roles. Only the options for this thread's role (relay or receiver) apply. */
export interface ConnectOptions extends RelayOptions, ReceiverOptions {}

/** Node's default name for a worker. */
const NAMELESS = 'WorkerThread';

const RELAY: OptionsOf<RelayOptions> = {
  capacity: positiveInteger(65_536),
  maxSpansInFlight: positiveInteger(4_096),
  maxBytes: positiveInteger(64 * 2 ** 20),
  threadName: ofType('a string that is not empty', isString, nameOfThisThread(), (value) => value !== ''),
};

const RECEIVER: OptionsOf<ReceiverOptions> = { flushTimeoutMillis: millisFrom(1, 5_000) };

export const relayOptions = resolverOf(RELAY);
export const receiverOptions = resolverOf(RECEIVER);
export const connectOptions = resolverOf<ConnectOptions>({ ...RELAY, ...RECEIVER });

/** Undefined for a worker without a name, and where Node.js does not expose it. */
function nameOfThisThread(): string | undefined {
  const { threadName } = workerThreads as { threadName?: string | null };
  return threadName === NAMELESS ? undefined : threadName || undefined;
}
