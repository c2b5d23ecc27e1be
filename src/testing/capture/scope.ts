import { AssertionError } from 'node:assert';
import type { CapturedLog, CapturedSpan, CapturedTrace } from '../captured.js';
import { remarksOnDropped } from '../expect/report/remarks.js';
import { wantedSpan, type SpanMatcher, type WantedSpan } from '../expect/wanted-span.js';
import { nodesOf } from '../tree/descendants.js';
import { givenOut } from '../tree/given-lists.js';
import { callerFrames } from './caller-frames.js';
import { captureTrace, groupByTrace } from './captured-traces.js';
import { describeScope, openSpans } from './describe-scope.js';
import { NoSpansError, TraceTimeoutError } from './errors.js';
import type { LogArrival } from './log-arrival.js';
import { whyNoLogs } from './no-logs.js';
import { whyNoSpans } from './no-spans.js';
import type { Recorder } from './recorder.js';
import type { ScopeRecords } from './scope-records.js';
import type { SpanRecord } from './span-record.js';
import type { OpenScope, SettleOptions, TracePattern, TraceRun, WaitOptions } from './trace-scope.js';
import { waitUntil } from './waiting.js';

/** A scope as tests see it: reads, waits and assertions over what it owns. */
export class CaptureScope implements OpenScope, TraceRun<unknown> {
  /** What its function returned, once it has. */
  result: unknown = undefined;
  readonly #records: ScopeRecords;
  readonly #recorder: Recorder;
  readonly #arrival: LogArrival;
  readonly #release: () => void;

  /** @param arrival knows whether log records arrive */
  constructor(records: ScopeRecords, recorder: Recorder, arrival: LogArrival) {
    this.#records = records;
    this.#recorder = recorder;
    this.#arrival = arrival;
    this.#release = records.hold();
  }

  get name(): string {
    return this.#records.name;
  }

  get spans(): readonly CapturedSpan[] {
    return this.#captured(this.#records.spans.filter(({ ended }) => ended));
  }

  get openSpans(): readonly CapturedSpan[] {
    return this.#captured(this.#records.spans.filter(({ ended }) => !ended));
  }

  get traces(): readonly CapturedTrace[] {
    return givenOut([...groupByTrace(this.#records.spans).values()].map(captureTrace), this);
  }

  get logs(): readonly CapturedLog[] {
    if (this.#records.logs.length === 0) this.#arrival.require();
    return Object.freeze([...this.#records.logs]);
  }

  get unowned(): readonly CapturedSpan[] {
    return this.#captured(this.#recorder.unowned.spansSince(this.#records.openedAt));
  }

  get unownedLogs(): readonly CapturedLog[] {
    return Object.freeze(this.#recorder.unowned.logsSince(this.#records.openedAt));
  }

  get droppedSpansCount(): number {
    return this.#records.droppedSpans;
  }

  get droppedLogsCount(): number {
    return this.#records.droppedLogs;
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
    const wanted = wantedSpan('span', span);
    const candidates = () => asSeenBy(wanted, this.#records.spans);
    const look = () => candidates().find((candidate) => candidate.ended && wanted.matches(candidate));
    return this.#wait(`no span matched ${wanted.description}`, look, options, () => wanted.nearest(candidates()));
  }

  async waitForTrace({ root, traceId }: TracePattern = {}, options?: SettleOptions): Promise<CapturedTrace> {
    const wanted = root === undefined ? undefined : wantedSpan('root', root);
    const look = () => {
      const traces = [...groupByTrace(this.#records.spans).values()];
      const complete = traces.find((records) => isComplete(records, wanted, traceId));
      return complete && captureTrace(complete);
    };
    const asked = [
      ...(wanted === undefined ? [] : [`root ${wanted.description}`]),
      ...(traceId === undefined ? [] : [`id ${traceId}`]),
    ];
    const missed = `no trace${asked.length === 0 ? '' : ` with ${asked.join(' and ')}`} was complete`;
    return this.#wait(missed, look, options, () => wanted?.nearest(localRoots(this.#records.spans, wanted)) ?? []);
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
    if (open.length === 0 && this.droppedSpansCount === 0) return;
    const finding =
      open.length === 0
        ? `it cannot be told whether all spans have ended in ${this.name}`
        : `${open.length} of ${this.#records.spans.length} spans have not ended in ${this.name}`;
    throw new AssertionError({
      message: `${finding}:\n${this.#describe([])}`,
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

  explainNoLogs(): string {
    return whyNoLogs(this.#records, this.#recorder, this.#arrival);
  }

  #describe(nearest: readonly string[]): string {
    return describeScope(this.#records, this.#recorder, nearest, remarksOnDropped(this));
  }

  #captured(records: readonly SpanRecord[]): readonly CapturedSpan[] {
    return givenOut(records.map((record) => record.captured()), this);
  }

  #wait<T>(
    missed: string,
    look: () => T | undefined,
    options: SettleOptions | undefined,
    nearest: () => readonly string[] = () => [],
  ): Promise<T> {
    const frames = callerFrames(new Error('called here'));
    return waitUntil(this.#records, look, options, (timeoutMillis) => {
      const description = this.#describe(nearest());
      const error = new TraceTimeoutError(
        `${missed} within ${timeoutMillis} ms, in ${this.name}\n\n${description}\n`,
        this,
      );
      error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
      return error;
    });
  }
}

/** The spans, in their trees if the matcher looks at what is below them. */
function asSeenBy({ looksBelow }: WantedSpan, records: readonly SpanRecord[]): readonly CapturedSpan[] {
  if (!looksBelow) return records.map((record) => record.captured());
  return [...groupByTrace(records).values()].flatMap((trace) => nodesOf(captureTrace(trace).roots));
}

/** Whether a trace has a local root as asked for, and nothing in it is open. */
function isComplete(records: readonly SpanRecord[], root: WantedSpan | undefined, traceId: string | undefined): boolean {
  if (traceId !== undefined && records[0]?.traceId !== traceId) return false;
  if (!records.every(({ ended }) => ended)) return false;
  return root === undefined || localRoots(records, root).some((span) => root.matches(span));
}

/** The spans whose parent is in another process, or in none, or was not captured. */
function localRoots(records: readonly SpanRecord[], wanted: WantedSpan): CapturedSpan[] {
  const ids = new Set(records.map(({ traceId, spanId }) => `${traceId} ${spanId}`));
  return asSeenBy(wanted, records).filter(({ traceId, parentSpanId, parentIsRemote }) => {
    return parentSpanId === undefined || parentIsRemote || !ids.has(`${traceId} ${parentSpanId}`);
  });
}
