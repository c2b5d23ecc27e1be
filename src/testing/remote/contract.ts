import type { AsyncDisposable } from '../../support/disposable.js';
import type { SettleOptions, TracePattern, TraceScope, WaitOptions } from '../capture/trace-scope.js';
import type { CapturedLog, CapturedTrace } from '../captured.js';
import type { LogMatcher } from '../assert/matcher.js';
import type { OtlpProtocol } from './environment.js';
import type { RejectionReason } from './rejection.js';

/** Where a receiver listens, and what it takes. */
export interface RemoteReceiverOptions {
  /** Which of the two the processes are told to speak; both are understood. Default `'http/protobuf'`. */
  protocol?: OtlpProtocol;
  /** How large a request may be, as sent and as decompressed. Default 16 MiB. */
  maxRequestBytes?: number;
  /**
   * How many elements a request may have, because a small one may hold millions that are empty. Each field of each
   * message counts, or each value of JSON; a span and a log record count as ten besides. That makes about twenty for
   * a span, and four for each of its attributes. From 1, default 1,000,000.
   */
  maxRequestElements?: number;
  /** Where to listen: on the loopback interface, and nowhere else. Default `'127.0.0.1'`. */
  host?: '127.0.0.1';
  /**
   * How many spans a scope keeps. What arrives when it is full is counted as `droppedSpansCount` and told in messages.
   * From 1, default 100,000.
   */
  maxSpansPerScope?: number;
  /** Likewise, log records: `droppedLogsCount`. From 1, default 100,000. */
  maxLogsPerScope?: number;
  /**
   * How many bytes of memory the spans and log records of a scope take, estimated. What arrives when it is full is
   * counted as either. From 1, default 256 MiB.
   */
  maxBytesPerScope?: number;
}

/** What is told of a scope when it is opened. */
export interface RemoteScopeOptions {
  /** What messages call it, such as the title of the test. Default `remote scope 1` and so on. */
  name?: string;
  /**
   * How long its waits last if they do not say, in milliseconds. Default 4,000: a service may have to start
   * first, and most runners give up at 5,000, with less to say.
   */
  timeoutMillis?: number;
}

/** What came in since the receiver started. */
export interface RemoteReceiverStats {
  /** The rejected ones included. */
  readonly requests: number;
  readonly rejected: Readonly<Record<RejectionReason, number>>;
  /** What was wrong with the last request that was rejected. */
  readonly lastRejection: string | undefined;
  readonly spans: number;
  readonly logs: number;
  /** Log records that no scope owns. A scope's `unownedLogs` are the last 1,000 of them. */
  readonly unownedLogs: number;
}

/** Receives what other processes export. `await using` works, too. */
export interface RemoteReceiver extends AsyncDisposable {
  /** Such as `http://127.0.0.1:43210`. */
  readonly url: string;
  /**
   * The environment variables for a process whose spans and logs are to arrive here:
   * `spawn(…, { env: { ...process.env, ...receiver.env } })`. An exporter made with a URL in code ignores them.
   */
  readonly env: Readonly<Record<string, string>>;
  /** What came in since it started, as a plain object of its own. */
  stats(): RemoteReceiverStats;
  /**
   * Opens a scope, to be closed when its test is over: for a service that runs through many tests.
   *
   * @throws TypeError or RangeError for a wrong option
   */
  openScope(options?: RemoteScopeOptions): RemoteScope;
  readonly closed: boolean;
  /** Stops receiving. Scopes stay readable. Idempotent. */
  close(): Promise<void>;
}

/**
 * What other processes sent, as far as it belongs to one test. Reads and waits as a scope of `traceTesting()`
 * does, with these differences:
 *
 * - a span is there when its process has exported it, some 10 ms after it ended; one that is open cannot be seen,
 *   unless a child of it has arrived
 * - a span belongs to the scope that has its trace, else to that of the traces it links to, else to the only scope
 *   open. With several scopes at once, send `traceparent` with each request
 */
export interface RemoteScope extends TraceScope, AsyncDisposable {
  readonly receiver: RemoteReceiver;
  /** The receiver's: the same for all of its scopes. */
  readonly env: Readonly<Record<string, string>>;
  /** The trace that is this scope's from the start. */
  readonly traceId: string;
  /**
   * The value of a `traceparent` header: spans under a request that has it are this scope's, whatever else goes on
   * at the time. The request's first span is a root of the trace.
   */
  readonly traceparent: string;

  /**
   * Waits until a trace is complete: a root of it has arrived, and so has the parent of each of its spans. Spans
   * of further processes may come later: give them a `settleMillis`, or wait for one of them. So may log records.
   *
   * @throws TraceTimeoutError showing what is there instead
   */
  waitForTrace(trace?: TracePattern, options?: SettleOptions): Promise<CapturedTrace>;
  /**
   * Waits until something has arrived, no span lacks its parent, and nothing more has come for `settleMillis`, here
   * 100 by default.
   *
   * @throws TraceTimeoutError showing which spans lack their parents, or why there are none
   */
  waitForIdle(options?: SettleOptions): Promise<void>;
  /**
   * Waits until a log record that matches has arrived. One that has already counts. Logs travel apart from spans:
   * a complete trace does not say that its logs are there.
   *
   * @throws TraceTimeoutError showing what is there instead
   * @throws TypeError if the pattern is wrong
   */
  waitForLog(log: LogMatcher, options?: WaitOptions): Promise<CapturedLog>;
  /**
   * Passes if the parent of every span has arrived.
   *
   * @throws AssertionError naming the spans whose parent has not
   * @throws NoSpansError if there is no span at all
   */
  assertAllEnded(): void;
  readonly closed: boolean;
  /**
   * Ends the time in which spans of unknown traces are taken for its own. A scope of `remoteScope()` also stops its
   * receiver. It stays readable. Idempotent.
   */
  close(): Promise<void>;
}
