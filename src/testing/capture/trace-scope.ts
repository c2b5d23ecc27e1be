import type { Handle } from '../../support/handle.js';
import type { CapturedLog, CapturedSpan, CapturedTrace } from '../captured.js';
import type { SpanMatcher } from '../assert/index.js';

/** How long to wait. */
export interface WaitOptions {
  /** How long to wait, in milliseconds of real time, also under fake timers. Default 1,000. */
  readonly timeoutMillis?: number;
  /** Ends the wait early: it rejects with the signal's reason. Default none. */
  readonly signal?: AbortSignal;
}

/** How long to wait, and for how much silence. */
export interface SettleOptions extends WaitOptions {
  /**
   * How long nothing may start, end or be logged any more before the wait is over, in milliseconds. For
   * work that goes on after a gap. Default 0: over at once.
   */
  readonly settleMillis?: number;
}

/** Which trace to wait for. Without anything, the first that is complete. */
export interface TracePattern {
  /** Its local root: a span without a parent in this process, such as a server's. */
  readonly root?: SpanMatcher;
  readonly traceId?: string;
}

/**
 * What belongs to one test, or to one part of it. Reads show this moment, in plain frozen copies; a span is
 * there as soon as it has ended, with no flush. The spans are in the order they started.
 */
export interface TraceScope {
  readonly name: string;
  /** The spans that have ended, each with the log records emitted in it among its events. */
  readonly spans: readonly CapturedSpan[];
  /** The spans that have not. */
  readonly openSpans: readonly CapturedSpan[];
  /** All spans as trees, open ones included. */
  readonly traces: readonly CapturedTrace[];
  /**
   * The log records, in the order they were emitted.
   *
   * @throws MissingSdkError if there is none, and no logger provider could be installed
   * @throws ForeignProviderError if there is none, and a logger provider is registered whose records do not
   * arrive here
   */
  readonly logs: readonly CapturedLog[];
  /** Spans that started since the scope was opened, and that nobody owns. The last 1,000 of the process. */
  readonly unowned: readonly CapturedSpan[];
  /** Log records likewise, those emitted in unowned spans among them. */
  readonly unownedLogs: readonly CapturedLog[];
  /** Spans of its own that came when it had `maxSpansPerScope` already: they are not kept, and not waited for. */
  readonly droppedSpansCount: number;
  /** Log records of its own that came when it had `maxLogsPerScope` already. They are events of no span either. */
  readonly droppedLogsCount: number;

  /**
   * Waits until a span that matches has ended. One that has already counts.
   *
   * @throws TraceTimeoutError showing what is there instead
   */
  waitForSpan(span: SpanMatcher, options?: WaitOptions): Promise<CapturedSpan>;
  /**
   * Waits until a trace is complete: its local root has ended, and none of its spans is open.
   *
   * @throws TraceTimeoutError showing what is there instead
   */
  waitForTrace(trace?: TracePattern, options?: SettleOptions): Promise<CapturedTrace>;
  /**
   * Waits until no span is open. Without any span, that is at once.
   *
   * @throws TraceTimeoutError showing the spans still open
   */
  waitForIdle(options?: SettleOptions): Promise<void>;
  /**
   * Passes if every span has ended.
   *
   * @throws AssertionError naming the spans still open, or saying that there was no room for all spans
   * @throws NoSpansError if there is no span at all: nothing was checked then
   */
  assertAllEnded(): void;
  /** Calls a function after each change, inside the application's own call, until the handle is closed. */
  onChange(listener: () => void): Handle;
  /** Why there is no span, as far as that can be told. For error messages. */
  explainNoSpans(): string;
  /** Why there is no log record, as far as that can be told. For error messages. */
  explainNoLogs(): string;
}

/** A scope whose function has returned. */
export interface TraceRun<T> extends TraceScope {
  readonly result: T;
}

/** A scope that its owner closes, for those who cannot put all of a test into one function. */
export interface OpenScope extends TraceScope, Handle {
  /** Runs code in the scope's async context. */
  run<T>(code: (scope: TraceScope) => T): T;
  /**
   * Ends the time in which spans without a trace, a link or an async context of their own are taken for its
   * own. What certainly belongs to it still arrives. Closing twice is harmless.
   */
  close(): void;
}
