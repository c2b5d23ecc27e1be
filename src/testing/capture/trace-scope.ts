import type { Handle } from '../../support/handle.js';
import type { CapturedLog, CapturedSpan, CapturedTrace } from '../../trace/captured-span.js';
import type { SpanMatcher } from '../assert/matcher.js';

/** Limits of a wait. */
export interface WaitOptions {
  /** Timeout in milliseconds of real time, also under fake timers. From 0 to 2,147,483,647, default 1,000. */
  readonly timeoutMillis?: number;
  /** Ends the wait early: it rejects with the signal's reason. Default none. */
  readonly signal?: AbortSignal;
}

/** Limits of a wait, and the quiet time before it ends. */
export interface SettleOptions extends WaitOptions {
  /**
   * Quiet time in milliseconds: the wait ends once nothing has been started, ended or logged for this long.
   * For work that continues after a pause. From 0 to 2,147,483,647, default 0.
   */
  readonly settleMillis?: number;
}

/** Selects the trace to wait for. An empty pattern selects the first complete one. */
export interface TracePattern {
  /** Matches its local root, which is a span without a parent in this process, such as a server span. */
  readonly root?: SpanMatcher;
  readonly traceId?: string;
}

/**
 * The spans and log records of one test, or of a part of it. Properties return plain frozen copies of the present
 * state, with spans in the order they started. A span can be read as soon as it has ended, without a flush.
 */
export interface TraceScope {
  readonly name: string;
  /** The spans that have ended. Log records emitted in a span are among its events. */
  readonly spans: readonly CapturedSpan[];
  /** The spans that have not ended. */
  readonly openSpans: readonly CapturedSpan[];
  /** All spans as trees, including open ones. */
  readonly traces: readonly CapturedTrace[];
  /**
   * The log records in the order they were emitted.
   *
   * @throws MissingSdkError if the list is empty because no logger provider could be installed
   * @throws ForeignProviderError if the list is empty because log records of the registered provider do not arrive here
   */
  readonly logs: readonly CapturedLog[];
  /** Spans without an owner that started since the scope was opened: at most the last 1,000 of the process. */
  readonly unowned: readonly CapturedSpan[];
  /** Log records without an owner, including those in unowned spans: at most the last 1,000 of the process. */
  readonly unownedLogs: readonly CapturedLog[];
  /** Number of its spans dropped at `maxSpansPerScope`. A wait does not find them. */
  readonly droppedSpansCount: number;
  /** Number of its log records dropped at `maxLogsPerScope`. They are missing from the events of spans as well. */
  readonly droppedLogsCount: number;

  /**
   * Waits until a span that matches has ended. Resolves at once if one has.
   *
   * @throws TraceTimeoutError showing the spans that were captured instead
   * @throws TypeError or RangeError for a wrong matcher or option
   */
  waitForSpan(span: SpanMatcher, options?: WaitOptions): Promise<CapturedSpan>;
  /**
   * Waits until a trace is complete: its local root has ended, and none of its spans is open.
   *
   * @throws TraceTimeoutError showing the spans that were captured instead
   * @throws TypeError or RangeError for a wrong matcher or option
   */
  waitForTrace(trace?: TracePattern, options?: SettleOptions): Promise<CapturedTrace>;
  /**
   * Waits until no span is open. Resolves at once if there is no span.
   *
   * @throws TraceTimeoutError showing the spans still open
   * @throws TypeError or RangeError for a wrong option
   */
  waitForIdle(options?: SettleOptions): Promise<void>;
  /**
   * Passes if every span has ended.
   *
   * @throws AssertionError naming the open spans, or if spans were dropped
   * @throws NoSpansError if there is no span to check
   */
  assertAllEnded(): void;
  /**
   * Calls a function synchronously after each change, inside the application's call that made it, until the handle is
   * closed.
   */
  onChange(listener: () => void): Handle;
  /** Explains, for error messages, why the scope has no span. */
  explainNoSpans(): string;
  /** Explains, for error messages, why the scope has no log record. */
  explainNoLogs(): string;
}

/** A scope whose function has returned. */
export interface TraceRun<T> extends TraceScope {
  /** The value that the function returned, or that its promise resolved to. */
  readonly result: T;
}

/** A scope that stays open until it is closed, for tests that do not fit into one function. */
export interface OpenScope extends TraceScope, Handle {
  /** Runs code in the scope's async context. */
  run<T>(code: (scope: TraceScope) => T): T;
  /**
   * Closes the scope. From then on it owns new spans only because of their async context, trace or links, no longer for
   * being the only open scope. It stays readable. Idempotent.
   */
  close(): void;
}
