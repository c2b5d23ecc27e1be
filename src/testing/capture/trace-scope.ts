import type { Handle } from '../../support/handle.js';
import type { CapturedLog, CapturedSpan, CapturedTrace } from '../../trace/captured-span.js';
import type { SpanMatcher } from '../assert/matcher.js';

/** When a wait ends. */
export interface WaitOptions {
  /** How long to wait, in milliseconds of real time, also under fake timers. Default 1,000. */
  readonly timeoutMillis?: number;
  /** Ends the wait early, which then rejects with the signal's reason. Default none. */
  readonly signal?: AbortSignal;
}

/** When a wait ends, and how long it must be quiet before. */
export interface SettleOptions extends WaitOptions {
  /**
   * The wait ends only after nothing has started, ended or been logged for this time, in milliseconds. For work that
   * goes on after a gap. Default 0.
   */
  readonly settleMillis?: number;
}

/** Which trace to wait for. Without a property, the first that is complete. */
export interface TracePattern {
  /** Its local root: a span without a parent in this process, such as that of a server. */
  readonly root?: SpanMatcher;
  readonly traceId?: string;
}

/**
 * The spans and log records of one test, or of a part of it. Reads return plain frozen copies of the present state,
 * spans in the order they started. A span is there as soon as it has ended, without a flush.
 */
export interface TraceScope {
  readonly name: string;
  /** The spans that have ended, each with the log records emitted in it among its events. */
  readonly spans: readonly CapturedSpan[];
  /** The spans that have not ended. */
  readonly openSpans: readonly CapturedSpan[];
  /** All spans as trees, open ones included. */
  readonly traces: readonly CapturedTrace[];
  /**
   * The log records, in the order they were emitted.
   *
   * @throws MissingSdkError if there is none, and no logger provider could be installed
   * @throws ForeignProviderError if there is none, and a logger provider is registered whose records do not arrive here
   */
  readonly logs: readonly CapturedLog[];
  /** Spans that started since the scope was opened and that no scope owns. The last 1,000 of the process. */
  readonly unowned: readonly CapturedSpan[];
  /** Likewise, log records, including those emitted in unowned spans. */
  readonly unownedLogs: readonly CapturedLog[];
  /** Number of its spans dropped at `maxSpansPerScope`. Waits do not see them. */
  readonly droppedSpansCount: number;
  /** Number of its log records dropped at `maxLogsPerScope`. They are no events of spans either. */
  readonly droppedLogsCount: number;

  /**
   * Waits until a span that matches has ended, or returns at once if one has.
   *
   * @throws TraceTimeoutError showing what was captured instead
   */
  waitForSpan(span: SpanMatcher, options?: WaitOptions): Promise<CapturedSpan>;
  /**
   * Waits until a trace is complete: its local root has ended, and none of its spans is open.
   *
   * @throws TraceTimeoutError showing what was captured instead
   */
  waitForTrace(trace?: TracePattern, options?: SettleOptions): Promise<CapturedTrace>;
  /**
   * Waits until no span is open. Returns at once if there is no span.
   *
   * @throws TraceTimeoutError showing the spans still open
   */
  waitForIdle(options?: SettleOptions): Promise<void>;
  /**
   * Passes if every span has ended.
   *
   * @throws AssertionError naming the spans still open, or if spans were dropped
   * @throws NoSpansError if there is no span, so that nothing was checked
   */
  assertAllEnded(): void;
  /** Calls a function after each change, inside the application's own call, until the handle is closed. */
  onChange(listener: () => void): Handle;
  /** Why there is no span, as far as that is known. For error messages. */
  explainNoSpans(): string;
  /** Why there is no log record, as far as that is known. For error messages. */
  explainNoLogs(): string;
}

/** A scope whose function has returned. */
export interface TraceRun<T> extends TraceScope {
  readonly result: T;
}

/** A scope that its owner closes, for tests that cannot be put into one function. */
export interface OpenScope extends TraceScope, Handle {
  /** Runs code in the scope's async context. */
  run<T>(code: (scope: TraceScope) => T): T;
  /**
   * From now on, spans belong to it only by their trace, a link or their async context, and not because it is the only
   * open scope. Closing twice is harmless.
   */
  close(): void;
}
