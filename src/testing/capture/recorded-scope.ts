// Methods are passed only to mark where a stack trace starts; they are not called.
// oxlint-disable typescript/unbound-method
import { AssertionError } from 'node:assert';
import type { Handle } from '../../support/handle.js';
import { inspect } from '../../model/inspect-span.js';
import type { CapturedLog, CapturedSpan, CapturedTrace } from '../../trace/captured-span.js';
import { compileSpanMatcher, type CompiledMatcher, type SpanMatcher } from '../assert/matcher.js';
import { needsChildren } from '../assert/pattern/expectation.js';
import { callSite, checkArguments, type Assertion } from '../call-site.js';
import { hintsOnMissing, hintsOnRun } from '../assert/report/hints.js';
import { missedTrace, section, seenTraces, showScope, type ScopeKind } from '../explain/describe-scope.js';
import { firstTexts } from '../first-texts.js';
import { nodesOf } from '../../trace/walk.js';
import { givenOut, type SpanElsewhere } from '../snapshot/source.js';
import { snapshotText } from '../snapshot/trace-tree-serializer.js';
import { captureTrace, groupByTrace, type TraceRecord } from './captured-traces.js';
import { NoSpansError, TraceTimeoutError } from './errors.js';
import type { ScopeRecords } from './scope-records.js';
import type { SpanRecord } from './span-record.js';
import type { SettleOptions, TracePattern, TraceScope, WaitOptions } from './trace-scope.js';
import { spanLine } from '../../trace/captured-trace.js';
import type { Unowned } from './unowned.js';
import { compileTracePattern } from './trace-pattern.js';
import { settleOptions, waitUntil } from './waiting.js';

/** Maximum number of open spans in the difference of an assertion. */
const MAX_OPEN = 60;

/** Base class of local and remote scopes: reads, waits and assertions over the records that a scope owns. */
export abstract class RecordedScope implements TraceScope {
  // All fields are private, because test runners serialize errors with their `scope`.
  readonly #records: ScopeRecords;
  readonly #opening: Handle;
  readonly #kind: ScopeKind;
  readonly #unowned: Unowned;

  constructor(kind: ScopeKind, records: ScopeRecords, unowned: Unowned) {
    this.#records = records;
    this.#kind = kind;
    this.#unowned = unowned;
    this.#opening = records.keepOpen();
  }

  protected get records(): ScopeRecords {
    return this.#records;
  }

  protected stopOwning(): void {
    this.#opening.close();
  }

  get name(): string {
    return this.#records.name;
  }

  get closed(): boolean {
    return this.#opening.closed;
  }

  get spans(): readonly CapturedSpan[] {
    return this.#captured(this.#kind.inOrder(this.#records.spans.filter(({ ended }) => ended)));
  }

  get openSpans(): readonly CapturedSpan[] {
    return this.#captured(this.#records.spans.filter(({ ended }) => !ended));
  }

  get traces(): readonly CapturedTrace[] {
    return givenOut(groupByTrace(this.#kind.inOrder(this.#records.spans)).map(captureTrace), this);
  }

  get logs(): readonly CapturedLog[] {
    return Object.freeze([...this.#records.logs]);
  }

  get unowned(): readonly CapturedSpan[] {
    return this.#captured(this.#unowned.spansSince(this.#records.openedAt));
  }

  get unownedLogs(): readonly CapturedLog[] {
    return Object.freeze(this.#unowned.logsSince(this.#records.openedAt));
  }

  get droppedSpansCount(): number {
    return this.#records.droppedSpans;
  }

  get droppedLogsCount(): number {
    return this.#records.droppedLogs;
  }

  async waitForSpan(span: SpanMatcher, options?: WaitOptions): Promise<CapturedSpan> {
    const wanted = checkArguments(this.waitForSpan, () => compileSpanMatcher('span', span));
    const look = this.#records.searchChanged((trace) =>
      this.#candidates(wanted, trace.spans, true).find((candidate) => candidate.ended && wanted.matches(candidate)),
    );
    return this.wait(this.waitForSpan, `no span matched ${wanted.description}`, look, options, () => [
      section('Nearest', wanted.nearest(this.#records.traces.flatMap(({ spans }) => this.#candidates(wanted, spans)))),
      ...hintsOnMissing(this, wanted.expectation),
    ]);
  }

  async waitForTrace(trace?: TracePattern, options?: SettleOptions): Promise<CapturedTrace> {
    const { wanted, traceId } = checkArguments(this.waitForTrace, () => compileTracePattern(trace));
    const look = this.#records.searchChanged(({ traceId: id, spans }) => {
      if (traceId !== undefined && id !== traceId) return undefined;
      if (this.#kind.unfinished(spans).length > 0) return undefined;
      if (wanted !== undefined && !this.#localRoots(wanted, spans).some((span) => wanted.matches(span)))
        return undefined;
      return captureTrace(this.#kind.inOrder(spans));
    });
    return this.wait(this.waitForTrace, missedTrace(wanted, traceId), look, options, () => {
      if (wanted === undefined) return [];
      const roots = this.#records.traces.flatMap(({ spans }) => this.#localRoots(wanted, spans));
      return [section('Nearest', wanted.nearest(roots)), ...hintsOnMissing(this, wanted.expectation, true)];
    });
  }

  async waitForIdle(options?: SettleOptions): Promise<void> {
    const { notIdle, idleSettleMillis } = this.#kind;
    const resolved = this.#resolved(this.waitForIdle, options, idleSettleMillis);
    await this.wait(this.waitForIdle, notIdle, () => this.isIdle() || undefined, resolved);
  }

  assertAllEnded(): void {
    const { spans, droppedSpans } = this.#records;
    if (spans.length === 0) {
      throw new NoSpansError(`${this.name} has no span, so nothing could be checked: ${this.explainNoSpans()}`, this);
    }
    const open = this.#kind.unfinished(spans);
    if (open.length === 0 && droppedSpans === 0) return;
    const headline =
      open.length === 0 ? 'cannot tell whether all spans have ended' : this.#kind.headlineOf(open.length, spans.length);
    throw new AssertionError({
      message: `${headline} in ${this.name}\n\n${this.#describe([])}\n`,
      actual: firstTexts(open, MAX_OPEN, this.#kind.lineOfUnfinished),
      expected: [],
      operator: 'assertAllEnded',
      stackStartFn: this.assertAllEnded,
    });
  }

  onChange(listener: () => void): Handle {
    return this.#records.onChange(listener);
  }

  abstract explainNoSpans(): string;
  abstract explainNoLogs(): string;
  abstract spansElsewhere(): readonly SpanElsewhere[];
  explainInstrumentations?(): string;

  /** Text for snapshots that are written without `traceTreeSerializer`. */
  toJSON(): string {
    return snapshotText(this);
  }

  [inspect](): string {
    return showScope(this.#kind.name, this.#records, this.#kind.inOrder(this.#records.spans));
  }

  protected isIdle(): boolean {
    return this.#kind.unfinished(this.#records.spans).length === 0;
  }

  /** Additional paragraphs for the message of a wait that times out. */
  protected remarks(): readonly string[] {
    return [];
  }

  /**
   * Waits until `look` returns a value.
   *
   * @param method the stack of an error starts where the test called this method
   * @param missed headline of the error if the wait times out
   * @param about makes further paragraphs for that error: the nearest candidates, then hints
   */
  protected wait<T>(
    method: Assertion,
    missed: string,
    look: () => T | undefined,
    options: SettleOptions | undefined,
    about: () => readonly string[] = () => [],
  ): Promise<T> {
    const atCall = callSite(method);
    return waitUntil(this.#records, look, this.#resolved(method, options), (timeoutMillis) => {
      const message = `${missed} within ${timeoutMillis} ms, in ${this.name}\n\n${this.#describe(about())}\n`;
      throw atCall(new TraceTimeoutError(message, this));
    });
  }

  #resolved(method: Assertion, options: SettleOptions | undefined, settleMillis = 0): Required<SettleOptions> {
    const { timeoutMillis } = this.#kind;
    return checkArguments(method, () => settleOptions(options, { timeoutMillis, settleMillis }));
  }

  /** Spans of a trace to match against. They are nodes of its tree if the matcher looks at children. */
  #candidates(
    { expectation }: CompiledMatcher<CapturedSpan>,
    trace: readonly SpanRecord[],
    onlyEnded = false,
  ): readonly CapturedSpan[] {
    if (expectation !== undefined && needsChildren(expectation))
      return nodesOf(captureTrace(this.#kind.inOrder(trace)).roots);
    return trace.filter(({ ended }) => ended || !onlyEnded).map((record) => record.captured());
  }

  #localRoots(wanted: CompiledMatcher<CapturedSpan>, trace: readonly SpanRecord[]): CapturedSpan[] {
    const ids = new Set(trace.map(({ spanId }) => spanId));
    return this.#candidates(wanted, trace).filter(({ parentSpanId, parentIsRemote }) => {
      return parentSpanId === undefined || parentIsRemote || this.#kind.isOutside(parentSpanId, ids);
    });
  }

  /** Paragraphs that describe the scope: its trees, its unfinished spans, unowned spans, hints. */
  #describe(about: readonly string[]): string {
    const records = this.#records;
    const [nearest = '', ...hints] = about;
    return [
      records.spans.length === 0
        ? `${this.#kind.nothingSeen}: ${this.explainNoSpans()}`
        : seenTraces(this.#kind.inOrder(records.spans)),
      section(this.#kind.open, this.#kind.unfinished(records.spans), this.#kind.lineOfUnfinished),
      nearest,
      section('Unowned', this.#unowned.spansSince(records.openedAt), (record) => spanLine(record.captured())),
      ...hints,
      ...this.remarks(),
      ...hintsOnRun(this),
    ]
      .filter((text) => text !== '')
      .join('\n\n');
  }

  #captured(records: readonly TraceRecord[]): readonly CapturedSpan[] {
    return givenOut(
      records.map((record) => record.captured()),
      this,
    );
  }
}
