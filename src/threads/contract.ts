import type { Handle } from '../support/handle.js';

/** The counters of a relay. */
export interface RelayStats {
  /** Spans sent. */
  readonly sent: number;
  /** Spans and orphans sent but not yet processed by the receiver. */
  readonly inFlight: number;
  /** Estimated bytes of the spans and orphans in flight. */
  readonly bytesInFlight: number;
  /** Spans waiting to be sent. */
  readonly queued: number;
  /** Estimated bytes that the waiting spans and orphans keep alive. */
  readonly queuedBytes: number;
  /** Spans dropped because the buffer was full (`capacity` or `maxBytes`), or still unsent when the receiver closed. */
  readonly dropped: number;
  /** The part of `dropped` that is due to `maxBytes`. */
  readonly droppedByBytes: number;
  /** Orphans dropped for the same reasons. */
  readonly droppedOrphans: number;
  /** Spans left out because they cannot be read. */
  readonly unreadable: number;
}

/** Sends the spans and orphans of this thread's cache to a receiver in an ancestor thread. */
export interface SpanRelay extends Handle {
  readonly role: 'relay';
  /** True once `close()` was called or the receiver has gone, and from the start if there was no receiver. */
  readonly closed: boolean;
  /** Sends everything that has ended, then stops. Called automatically when the thread exits. */
  close(): void;
  /** A snapshot of the counters. */
  stats(): RelayStats;
}

/** The counters of one thread, kept by the receiver. */
export interface ThreadStats {
  readonly threadId: number;
  readonly threadName: string | undefined;
  /** `ended`: its relay sent everything and closed. `died`: the thread exited without that; its unsent spans are lost. */
  readonly state: 'connected' | 'ended' | 'died';
  /** Spans received. */
  readonly received: number;
  /** Orphans received. */
  readonly receivedOrphans: number;
  /** Spans lost in the thread or on the way: a full queue, a full relay buffer, or an unreadable span. */
  readonly dropped: number;
  /** Orphans lost for the same reasons and, for a thread that died, the orphans that it had not sent. */
  readonly droppedOrphans: number;
  /**
   * For a thread that died: spans that had ended but never arrived. A lower bound: spans that ended after the last
   * delivery of that thread's cache may not be included.
   */
  readonly unsent: number;
  /** Messages that could not be read, completely or in part. */
  readonly invalid: number;
}

/** The counters of a receiver. */
export interface ReceiverStats {
  /** One entry per relay: the connected ones in order of arrival, then the last 32 that have gone. */
  readonly threads: readonly ThreadStats[];
  /** The sums over all relays that went before these 32. */
  readonly earlier: Omit<ThreadStats, 'threadId' | 'threadName' | 'state'> & {
    readonly ended: number;
    readonly died: number;
  };
  /** Malformed messages that belong to no known relay, and messages of another version of this package. */
  readonly invalid: number;
}

/** Receives the spans and orphans that relays in other threads send. */
export interface SpanReceiver extends Handle {
  readonly role: 'receiver';
  /**
   * Collects the ended spans of all threads, then flushes the cache and its exporters like `cache.forceFlush()`. Waits
   * at most `flushTimeoutMillis` for busy threads. Never rejects.
   */
  forceFlush(): Promise<void>;
  /** Processes the messages that have arrived, then stops receiving. The relays close too, and cost nothing any more. */
  close(): void;
  /** A snapshot of the counters. */
  stats(): ReceiverStats;
}
