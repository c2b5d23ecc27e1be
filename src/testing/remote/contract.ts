import type { AsyncDisposable } from '../../support/disposable.js';
import type { SettleOptions, TracePattern, TraceScope, WaitOptions } from '../capture/trace-scope.js';
import type { CapturedLog, CapturedTrace } from '../../trace/captured-span.js';
import type { LogMatcher } from '../assert/matcher.js';
import type { OtlpProtocol } from './environment.js';
import type { RejectionReason } from './rejection.js';

/** Address, encoding and limits of a receiver. */
export interface RemoteReceiverOptions {
  /** Encoding set in `env`. The receiver accepts both. Default `'http/protobuf'`. */
  protocol?: OtlpProtocol;
  /** Maximum size of a request in bytes, both as sent and as decompressed. An integer from 1, default 16 MiB. */
  maxRequestBytes?: number;
  /**
   * Maximum number of elements of a request, because a small request may hold millions of empty ones. Each field of a
   * protobuf message, or value of a JSON text, counts as one, and each span and log record as ten more. That is about
   * twenty for a span, plus four for each of its attributes. An integer from 1, default 1,000,000.
   */
  maxRequestElements?: number;
  /** Address to listen on. Must be `'127.0.0.1'`, the loopback interface, which is also the default. */
  host?: '127.0.0.1';
  /**
   * Maximum number of spans that a scope keeps. Further spans are dropped, counted in `droppedSpansCount` and mentioned
   * in messages. An integer from 1, default 100,000.
   */
  maxSpansPerScope?: number;
  /**
   * Maximum number of log records that a scope keeps. Further ones are dropped and counted in `droppedLogsCount`. An
   * integer from 1, default 100,000.
   */
  maxLogsPerScope?: number;
  /**
   * Maximum memory, in estimated bytes, of the spans and log records that a scope keeps. Further ones are dropped and
   * counted in `droppedSpansCount` and `droppedLogsCount`. An integer from 1, default 256 MiB.
   */
  maxBytesPerScope?: number;
}

/** Name and timeout of a remote scope. */
export interface RemoteScopeOptions {
  /** Name of the scope in messages, such as the title of the test. Default `remote scope 1` and so on. */
  name?: string;
  /**
   * Default timeout of its waits, in milliseconds. From 0 to 2,147,483,647, default 4,000: long enough for a service to
   * start, and shorter than the 5,000 of most test runners, whose message would explain less.
   */
  timeoutMillis?: number;
}

/** Counters of a receiver, since it started. */
export interface RemoteReceiverStats {
  /** All requests, including rejected ones. */
  readonly requests: number;
  /** Rejected requests by reason. */
  readonly rejected: Readonly<Record<RejectionReason, number>>;
  /** Message of the last rejection. Undefined if no request was rejected. */
  readonly lastRejection: string | undefined;
  /** Spans received. */
  readonly spans: number;
  /** Log records received. */
  readonly logs: number;
  /** Log records received that no scope owns. `unownedLogs` of a scope holds the last 1,000 of them. */
  readonly unownedLogs: number;
}

/** Receives spans and log records that other processes export. Works with `await using`. */
export interface RemoteReceiver extends AsyncDisposable {
  /** Base URL, such as `http://127.0.0.1:43210`. */
  readonly url: string;
  /**
   * Environment variables that make a process export here:
   * `spawn(…, { env: { ...process.env, ...receiver.env } })`. An exporter whose URL is set in code ignores them.
   */
  readonly env: Readonly<Record<string, string>>;
  /** A frozen snapshot of the counters. */
  stats(): RemoteReceiverStats;
  /**
   * Opens a scope for one test, for a service that runs through many tests. Close it at the end of the test.
   *
   * @throws TypeError or RangeError for a wrong option
   */
  openScope(options?: RemoteScopeOptions): RemoteScope;
  /** Whether `close()` was called. */
  readonly closed: boolean;
  /** Stops the server and ends its connections. Scopes stay readable. Idempotent. */
  close(): Promise<void>;
}

/**
 * The spans and log records of one test that other processes export. It differs from a scope of `traceTesting()`:
 *
 * - A span arrives when its process exports it, about 10 ms after it ended. An open span is noticed only once a child of
 *   it has arrived.
 * - A span belongs to the scope that owns its trace, else to the owner of the traces it links to, else to the only open
 *   scope. If several scopes are open at once, send `traceparent` with each request.
 */
export interface RemoteScope extends TraceScope, AsyncDisposable {
  readonly receiver: RemoteReceiver;
  /** The `env` of the receiver, the same for all of its scopes. */
  readonly env: Readonly<Record<string, string>>;
  /** The trace id in `traceparent`. Its trace belongs to this scope from the start. */
  readonly traceId: string;
  /**
   * Value for the `traceparent` header of a request. The spans of that request belong to this scope, and the first of
   * them is a root of the trace.
   */
  readonly traceparent: string;

  /**
   * Waits until a trace is complete: a root of it has arrived, and so has the parent of each of its spans. Log records,
   * and spans of further processes, may arrive later: set `settleMillis`, or wait for one of them.
   *
   * @throws TraceTimeoutError showing the spans that were captured instead
   * @throws TypeError or RangeError for a wrong matcher or option
   */
  waitForTrace(trace?: TracePattern, options?: SettleOptions): Promise<CapturedTrace>;
  /**
   * Waits until at least one span has arrived, no span lacks its parent, and nothing has arrived for `settleMillis`,
   * which is 100 by default here.
   *
   * @throws TraceTimeoutError showing the spans that lack their parents, or why there is no span
   * @throws TypeError or RangeError for a wrong option
   */
  waitForIdle(options?: SettleOptions): Promise<void>;
  /**
   * Waits until a log record that matches has arrived. Resolves at once if one has. Log records are exported separately
   * from spans, so a complete trace may still lack some of its log records.
   *
   * @throws TraceTimeoutError showing the spans and the nearest log records that were captured instead
   * @throws TypeError or RangeError for a wrong matcher or option
   */
  waitForLog(log: LogMatcher, options?: WaitOptions): Promise<CapturedLog>;
  /**
   * Passes if the parent of every span has arrived.
   *
   * @throws AssertionError naming the missing parents, or if spans were dropped
   * @throws NoSpansError if there is no span to check
   */
  assertAllEnded(): void;
  /** Whether `close()` was called. */
  readonly closed: boolean;
  /**
   * Closes the scope. From then on it owns new spans only because of their trace or links. A scope of `remoteScope()`
   * also stops its receiver. The scope stays readable. Idempotent.
   */
  close(): Promise<void>;
}
