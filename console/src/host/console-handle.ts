/** A running console. Works with `await using`. */
export interface ConsoleHandle extends AsyncDisposable {
  /** The address of the page, with the token behind `#`. */
  readonly url: string;
  readonly port: number;
  /** Secret that clients send, as `Authorization: Bearer …`. */
  readonly token: string;
  /** The address for OTLP/HTTP exporters of other processes, if the option `otlpPort` is given. */
  readonly otlpUrl: string | undefined;
  readonly closed: boolean;
  /** The counters at this moment. */
  stats(): ConsoleHostStats;
  /**
   * Sends the waiting spans, then ends the console. Never rejects; a second call returns the first call's promise.
   * Shutting down the cache closes the console as well.
   */
  close(): Promise<void>;
}

/** Counters of the console, kept in the service. */
export interface ConsoleHostStats {
  /** Whether anybody is looking at it. */
  readonly watched: boolean;
  /** Whether it receives spans from the cache. */
  readonly feeding: boolean;
  /** Spans sent to it. `sent`, `lost` and `unreadable` add up to the spans that the cache delivered to it. */
  readonly sent: number;
  /** Spans and log records on their way to it. */
  readonly inFlight: number;
  /** Spans lost because it was busy, had died, or had not yet been restarted. */
  readonly lost: number;
  /** Log records without a span, lost for the same reasons. */
  readonly lostOrphans: number;
  /** Spans that could not be read. */
  readonly unreadable: number;
  /** Number of restarts after it had died. */
  readonly restarts: number;
  /** When it last lost its history by dying, in milliseconds since the Unix epoch; null if never. */
  readonly historyLostAt: number | null;
}
