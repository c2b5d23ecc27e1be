import workerThreads from 'node:worker_threads';
import { isString, millisFrom, ofType, positiveInteger, resolveOptions, type OptionsOf } from '../support/option.js';

/** How a thread sends its spans. */
export interface RelayOptions {
  /**
   * Spans that may wait in the thread while `maxSpansInFlight` others are on their way; orphans count too. A batch
   * that does not fit is lost whole and counted. Default 65,536, as many as a cache may have queued: what a
   * shutdown delivers at once is not lost.
   */
  capacity?: number;
  /**
   * Spans and orphans that may be on their way, not taken in yet by the receiver; the last batch may exceed it. What
   * is sent because the receiver flushes, or because the thread ends, does not wait for this. Default 4,096.
   */
  maxSpansInFlight?: number;
  /**
   * Bytes, by estimate, that what waits in the thread may take, and as many what is on its way; the last batch on its
   * way may exceed it. A batch that does not fit is lost whole and counted. Default 64 MiB.
   */
  maxBytes?: number;
  /** The attribute `thread.name` of its spans. Default: the `name` that the worker was created with, if Node tells. */
  threadName?: string | undefined;
}

/** How spans of other threads are received. */
export interface ReceiverOptions {
  /** How long `forceFlush()` waits for the threads, in milliseconds. Default 5,000. */
  flushTimeoutMillis?: number;
}

/** Those of the side that this thread turns out to be are used. */
export interface ConnectOptions extends RelayOptions, ReceiverOptions {}

/** What Node calls a worker that was created without a name. */
const NAMELESS = 'WorkerThread';

const RELAY: OptionsOf<RelayOptions> = {
  capacity: positiveInteger(65_536),
  maxSpansInFlight: positiveInteger(4_096),
  maxBytes: positiveInteger(64 * 2 ** 20),
  threadName: ofType('a string that is not empty', isString, nameOfThisThread(), (value) => value !== ''),
};

const RECEIVER: OptionsOf<ReceiverOptions> = {
  flushTimeoutMillis: millisFrom(1, 5_000),
};

export function relayOptions(options?: RelayOptions): Required<RelayOptions> {
  return resolveOptions(RELAY, options);
}

export function receiverOptions(options?: ReceiverOptions): Required<ReceiverOptions> {
  return resolveOptions(RECEIVER, options);
}

export function connectOptions(options?: ConnectOptions): Required<ConnectOptions> {
  return resolveOptions<ConnectOptions>({ ...RELAY, ...RECEIVER }, options);
}

/** Newer versions of Node tell the `name` that the worker was created with. */
function nameOfThisThread(): string | undefined {
  const { threadName } = workerThreads as { threadName?: string | null };
  return threadName === NAMELESS ? undefined : threadName || undefined;
}
