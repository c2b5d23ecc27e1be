import type { AsyncDisposable } from '../../support/disposable.js';
import type { SettleOptions, TracePattern, TraceScope, WaitOptions } from '../capture/trace-scope.js';
import type { CapturedLog, CapturedTrace } from '../../trace/captured-span.js';
import type { LogMatcher } from '../assert/matcher.js';
import type { OtlpProtocol } from './environment.js';
import type { RejectionReason } from './rejection.js';

/** Address, encoding and limits of a receiver. */
export interface RemoteReceiverOptions {
  /** Encoding that `env` asks processes to use; the receiver takes both. Default `'http/protobuf'`. */
  protocol?: OtlpProtocol;
  /** Size limit of a request, as sent and as decompressed. Default 16 MiB. */
  maxRequestBytes?: number;
  /**
   * Limit of the elements of a request, because a small request may hold millions that are empty. Each field of each
   * message counts, or each value of JSON, plus ten for each span and log record: about twenty for a span, and four
   * for each of its attributes. From 1, default 1,000,000.
   */
  maxRequestElements?: number;
  /** Address to listen on. Only the loopback interface is allowed. Default `'127.0.0.1'`. */
  host?: '127.0.0.1';
  /**
   * Limit of the spans that a scope keeps. Spans that arrive at the limit are dropped, counted in `droppedSpansCount`
   * and mentioned in messages. From 1, default 100,000.
   */
  maxSpansPerScope?: number;
  /** Likewise, log records: `droppedLogsCount`. From 1, default 100,000. */
  maxLogsPerScope?: number;
  /**
   * Limit of the memory, in estimated bytes, that the spans and log records of a scope take. What arrives at the limit
   * is dropped and counted as well. From 1, default 256 MiB.
   */
  maxBytesPerScope?: number;
}

/** Name and timeout of a remote scope. */
export interface RemoteScopeOptions {
  /** Name of the scope in messages, such as the title of the test. Default `remote scope 1` and so on. */
  name?: string;
  /**
   * Default timeout of its waits, in milliseconds. Default 4,000: a service may have to start first, and most runners
   * time out at 5,000, with a message that says less.
   */
  timeoutMillis?: number;
}

/** Counters of a receiver, since it started. */
export interface RemoteReceiverStats {
  /** All requests, rejected ones included. */
  readonly requests: number;
  readonly rejected: Readonly<Record<RejectionReason, number>>;
  /** Why the last rejected request was rejected. */
  readonly lastRejection: string | undefined;
  readonly spans: number;
  readonly logs: number;
  /** Log records that no scope owns. A scope's `unownedLogs` are the last 1,000 of them. */
  readonly unownedLogs: number;
}

/** Receives what other processes export. Works with `await using`. */
export interface RemoteReceiver extends AsyncDisposable {
  /** Such as `http://127.0.0.1:43210`. */
  readonly url: string;
  /**
   * Environment variables that make a process export here:
   * `spawn(…, { env: { ...process.env, ...receiver.env } })`. An exporter made with a URL in code ignores them.
   */
  readonly env: Readonly<Record<string, string>>;
  /** The counters at this moment, as a plain object. */
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
 * The spans and log records of other processes that belong to one test. Reads and waits as a scope of
 * `traceTesting()` does, with these differences:
 *
 * - A span is there once its process has exported it, some 10 ms after it ended. An open span is known only if a child
 *   of it has arrived.
 * - A span belongs to the scope that has its trace, else to that of the traces it links to, else to the only open
 *   scope. With several scopes at once, send `traceparent` with each request.
 */
export interface RemoteScope extends TraceScope, AsyncDisposable {
  readonly receiver: RemoteReceiver;
  /** The receiver's `env`, the same for all of its scopes. */
  readonly env: Readonly<Record<string, string>>;
  /** A trace id that belongs to this scope from the start: that of `traceparent`. */
  readonly traceId: string;
  /**
   * Value for a `traceparent` header. The spans of a request that carries it belong to this scope, whatever else goes
   * on at the time. The request's first span is a root of the trace.
   */
  readonly traceparent: string;

  /**
   * Waits until a trace is complete: a root of it has arrived, and so has the parent of each of its spans. Log records
   * and spans of further processes may come later: set `settleMillis`, or wait for one of them.
   *
   * @throws TraceTimeoutError showing what was captured instead
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
   * Waits until a log record that matches has arrived, or returns at once if one has. Logs travel apart from spans, so
   * those of a complete trace may still be missing.
   *
   * @throws TraceTimeoutError showing what was captured instead
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
   * From now on spans of unknown traces do not belong to it. A scope of `remoteScope()` also stops its receiver. It
   * stays readable. Idempotent.
   */
  close(): Promise<void>;
}
