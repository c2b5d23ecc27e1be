import { AssertionError } from 'node:assert';
import type { CapturedLog, CapturedSpan, CapturedTrace } from '../captured.js';
import { callerFrames } from './caller-frames.js';
import { captureTrace, groupByTrace } from './captured-traces.js';
import { describeScope, openSpans } from './describe-scope.js';
import { MissingSdkError, NoSpansError, TraceTimeoutError } from './errors.js';
import { whyNoSpans } from './no-spans.js';
import type { Recorder } from './recorder.js';
import type { ScopeRecords } from './scope-records.js';
import { describeMatcher, matchesSpan, requireMatcher, type SpanMatcher } from './span-pattern.js';
import type { SpanRecord } from './span-record.js';
import type { OpenScope, SettleOptions, TracePattern, TraceRun, WaitOptions } from './trace-scope.js';
import { waitUntil } from './waiting.js';

/** A scope as tests see it: reads, waits and assertions over what it owns. */
export class CaptureScope implements OpenScope, TraceRun<unknown> {
  /** What its function returned, once it has. */
  result: unknown = undefined;
  readonly #records: ScopeRecords;
  readonly #recorder: Recorder;
  readonly #whyNoLogs: () => string | undefined;
  readonly #release: () => void;

  /** @param whyNoLogs says what is missing if log records cannot arrive */
  constructor(records: ScopeRecords, recorder: Recorder, whyNoLogs: () => string | undefined) {
    this.#records = records;
    this.#recorder = recorder;
    this.#whyNoLogs = whyNoLogs;
    this.#release = records.hold();
  }

  get name(): string {
    return this.#records.name;
  }

  get spans(): readonly CapturedSpan[] {
    return captured(this.#records.spans.filter(({ ended }) => ended));
  }

  get openSpans(): readonly CapturedSpan[] {
    return captured(this.#records.spans.filter(({ ended }) => !ended));
  }

  get traces(): readonly CapturedTrace[] {
    return Object.freeze([...groupByTrace(this.#records.spans).values()].map(captureTrace));
  }

  get logs(): readonly CapturedLog[] {
    const missing = this.#whyNoLogs();
    if (missing !== undefined) throw new MissingSdkError(missing);
    return Object.freeze([...this.#records.logs]);
  }

  get unowned(): readonly CapturedSpan[] {
    return captured(this.#recorder.unowned.filter(({ order }) => order >= this.#records.openedAt));
  }

  run<T>(code: (scope: CaptureScope) => T): T {
    return this.#recorder.runIn(this.#records, () => code(this));
  }

  close(): void {
    this.#release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async waitForSpan(span: SpanMatcher, options?: WaitOptions): Promise<CapturedSpan> {
    requireMatcher('span', span);
    const look = () =>
      this.#records.spans.find((record) => record.ended && matchesSpan(span, record.captured()))?.captured();
    return this.#wait(`no span matched ${describeMatcher(span)}`, look, options, span);
  }

  async waitForTrace(trace: TracePattern = {}, options?: SettleOptions): Promise<CapturedTrace> {
    if (trace.root !== undefined) requireMatcher('root', trace.root);
    const look = () => {
      const complete = [...groupByTrace(this.#records.spans).values()].find((records) => isComplete(records, trace));
      return complete && captureTrace(complete);
    };
    const asked = Object.keys(trace).length === 0 ? '' : ` with ${describePattern(trace)}`;
    return this.#wait(`no trace${asked} was complete`, look, options, trace.root, localRoots(this.#records.spans));
  }

  async waitForIdle(options?: SettleOptions): Promise<void> {
    const look = () => (this.#records.spans.every(({ ended }) => ended) ? true : undefined);
    await this.#wait('spans were still open', look, options);
  }

  assertAllEnded(): void {
    if (this.#records.spans.length === 0) {
      throw new NoSpansError(`${this.name} has no span that could have ended: ${this.explainNoSpans()}`, this);
    }
    const open = openSpans(this.#records);
    if (open.length === 0) return;
    throw new AssertionError({
      message: `${open.length} of ${this.#records.spans.length} spans have not ended in ${this.name}:\n${describeScope(this.#records, this.#recorder, undefined)}`,
      actual: open,
      expected: [],
      operator: 'assertAllEnded',
    });
  }

  onChange(listener: () => void): () => void {
    return this.#records.listen(listener);
  }

  explainNoSpans(): string {
    return whyNoSpans(this.#records, this.#recorder);
  }

  #wait<T>(
    missed: string,
    look: () => T | undefined,
    options: SettleOptions | undefined,
    wanted?: SpanMatcher,
    candidates?: () => readonly SpanRecord[],
  ): Promise<T> {
    const frames = callerFrames(new Error('called here'));
    return waitUntil(this.#records, look, options, (timeoutMillis) => {
      const description = describeScope(this.#records, this.#recorder, wanted, candidates?.());
      const error = new TraceTimeoutError(
        `${missed} within ${timeoutMillis} ms, in ${this.name}\n\n${description}\n`,
        this,
      );
      error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
      return error;
    });
  }
}

function captured(records: readonly SpanRecord[]): readonly CapturedSpan[] {
  return Object.freeze(records.map((record) => record.captured()));
}

/** Whether a trace has a local root as asked for, and nothing in it is open. */
function isComplete(records: readonly SpanRecord[], { root, traceId }: TracePattern): boolean {
  if (traceId !== undefined && records[0]?.traceId !== traceId) return false;
  if (!records.every(({ ended }) => ended)) return false;
  return localRoots(records)().some((record) => root === undefined || matchesSpan(root, record.captured()));
}

/** The spans whose parent is in another process, or in none, or was not captured. */
function localRoots(records: readonly SpanRecord[]): () => SpanRecord[] {
  return () => {
    const ids = new Set(records.map(({ traceId, spanId }) => `${traceId} ${spanId}`));
    return records.filter(({ span: { parentSpanContext: parent } }) => {
      return parent === undefined || parent.isRemote === true || !ids.has(`${parent.traceId} ${parent.spanId}`);
    });
  };
}

function describePattern({ root, traceId }: TracePattern): string {
  return [
    ...(root === undefined ? [] : [`root ${describeMatcher(root)}`]),
    ...(traceId === undefined ? [] : [`id ${traceId}`]),
  ].join(' and ');
}
