import type { Handle } from '../support/handle.js';

/** What a thread has done for another thread's cache. */
export interface RelayStats {
  /** Spans sent. */
  readonly sent: number;
  /** Spans and orphans that were sent and that the receiver has not taken in yet. */
  readonly inFlight: number;
  /** About how many bytes they take. */
  readonly bytesInFlight: number;
  /** Spans that wait to be sent. */
  readonly queued: number;
  /** About how many bytes they keep alive, and the orphans that wait. */
  readonly queuedBytes: number;
  /** Spans lost because `capacity` others or `maxBytes` waited, or because the receiver closed while they did. */
  readonly dropped: number;
  /** Of these, spans lost because of `maxBytes`. */
  readonly droppedByBytes: number;
  /** Orphans lost for the same reasons. */
  readonly droppedOrphans: number;
  /** Spans left out because they cannot be read. */
  readonly unreadable: number;
}

/** Sends what this thread's cache delivers to a receiver in the thread that created this one, or further up. */
export interface SpanRelay extends Handle {
  readonly role: 'relay';
  /** Sends nothing any more: it was closed, its receiver is gone, or there never was one. */
  readonly closed: boolean;
  /** Sends everything that has ended, and nothing from then on. The end of the thread does the same. */
  close(): void;
  /** The counters at this moment, as an object of its own. */
  stats(): RelayStats;
}

/** What came from one thread, and what is known to be lost. */
export interface ThreadStats {
  readonly threadId: number;
  readonly threadName: string | undefined;
  /** `ended`: has sent all it had. `died`: went without that; what it had not sent is lost. */
  readonly state: 'connected' | 'ended' | 'died';
  /** Spans that came. */
  readonly received: number;
  /** Orphans that came. */
  readonly receivedOrphans: number;
  /** Spans lost in the thread or on the way: its queue or its relay was full, or they could not be read. */
  readonly dropped: number;
  /** Orphans lost likewise; of a thread that died, also those that it had not sent. */
  readonly droppedOrphans: number;
  /**
   * Of a thread that died: spans that had ended there and did not come. Those that ended after its cache delivered
   * last may be missing in it; none is counted that has come.
   */
  readonly unsent: number;
  /** Messages that could not be read, or not all of them. */
  readonly invalid: number;
}

/** What came from all threads together. */
export interface ReceiverStats {
  /** One for each relay: those connected, in the order they came, then up to 32 that have gone last. */
  readonly threads: readonly ThreadStats[];
  /** The sums of those that went before them. */
  readonly earlier: Omit<ThreadStats, 'threadId' | 'threadName' | 'state'> & {
    readonly ended: number;
    readonly died: number;
  };
  /** Messages of no known thread, or of another version of this package. */
  readonly invalid: number;
}

/** Takes in what relays in other threads send. */
export interface SpanReceiver extends Handle {
  readonly role: 'receiver';
  /**
   * Has all threads send what has ended, and the cache deliver and export it, as `cache.forceFlush()` does. Waits
   * at most `flushTimeoutMillis` for a thread that is busy. Never rejects.
   */
  forceFlush(): Promise<void>;
  /** Takes in what has come, and nothing from then on. Relays then cost their thread nothing. */
  close(): void;
  /** The counters at this moment, as an object of its own. */
  stats(): ReceiverStats;
}
