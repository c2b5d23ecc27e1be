/** A process that has joined a console. Works with `await using`. */
export interface JoinHandle extends AsyncDisposable {
  readonly closed: boolean;
  /** The counters at this moment. */
  stats(): JoinStats;
  /** Sends all spans that have ended. Takes at most a second, and less if no console answers. Never rejects. */
  forceFlush(): Promise<void>;
  /**
   * Sends all spans that have ended, then leaves the console. Takes at most a second. Never rejects; a second call
   * returns the first call's promise. Shutting down the cache does the same.
   */
  close(): Promise<void>;
}

/** Counters of a process that has joined a console. */
export interface JoinStats {
  /** Whether a console has accepted the last batch. */
  readonly connected: boolean;
  /** Spans that a console has accepted. */
  readonly sent: number;
  /** Spans received from the cache and not sent yet. */
  readonly waiting: number;
  /** Spans lost because no console accepted them in time, or because they could not be read. */
  readonly lost: number;
  /** Log records without a span, lost for the same reasons. */
  readonly lostOrphans: number;
}
