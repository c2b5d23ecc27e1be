import type { Handle } from '../../support/handle.js';
import { inspect } from '../../model/inspect-span.js';
import type { CapturedLog, CapturedSpan, CapturedTrace } from '../captured.js';
import { matchesElsewhere } from '../assert/report/elsewhere.js';
import { remarksOnLacking, remarksOnRun } from '../assert/report/remarks.js';
import { wantedSpan, type SpanMatcher, type WantedSpan } from '../assert/wanted-span.js';
import { nodesOf } from '../snapshot/descendants.js';
import { givenOut } from '../snapshot/given-lists.js';
import type { SpanElsewhere } from '../snapshot/source.js';
import { snapshotText } from '../snapshot/trace-tree-serializer.js';
import { callerFrames } from './caller-frames.js';
import { captureTrace } from './captured-traces.js';
import { describeScope, openLines, openSpans } from '../explain/describe-scope.js';
import type { LogArrival } from '../sdk/log-arrival.js';
import { unreadText, whyNoLogs } from '../explain/no-logs.js';
import { whyNoInstrumentation } from '../sdk/instrumentations.js';
import { whyUnreachable, whyNoSpans } from '../explain/no-spans.js';
import type { Recorder } from './recorder.js';
import { assertNoneOpen, missedTrace, timeoutError } from '../explain/scope-failures.js';
import type { ScopeRecords, TraceRecords } from './scope-records.js';
import { showScope } from '../explain/show-scope.js';
import type { SpanRecord } from './span-record.js';
import { startedWhileOpen, type Stray } from './strays.js';
import type { OpenScope, SettleOptions, TracePattern, TraceRun, WaitOptions } from './trace-scope.js';
import { waitUntil } from './waiting.js';

/** What there is to say about something that was waited for in vain, worked out only then. */
interface Missed {
  /** What came nearest, a line each. */
  readonly nearest: () => readonly string[];
  /** Why it may not be here. */
  readonly remarks: () => readonly string[];
}

const NOTHING_MISSED: Missed = { nearest: () => [], remarks: () => [] };

/** A scope as tests see it: reads, waits and assertions over what it owns. */
export class CaptureScope implements OpenScope, TraceRun<unknown> {
  /** What its function returned, once it has. */
  result: unknown = undefined;
  readonly #records: ScopeRecords;
  readonly #recorder: Recorder;
  readonly #arrival: LogArrival;
  readonly #opening: Handle;

  /** @param arrival knows whether log records arrive */
  constructor(records: ScopeRecords, recorder: Recorder, arrival: LogArrival) {
    this.#records = records;
    this.#recorder = recorder;
    this.#arrival = arrival;
    this.#opening = records.keepOpen();
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
    return givenOut(this.#records.traces.map(({ spans }) => captureTrace(spans)), this);
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
    this.#opening.close();
  }

  get closed(): boolean {
    return this.#opening.closed;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async waitForSpan(span: SpanMatcher, options?: WaitOptions): Promise<CapturedSpan> {
    const wanted = wantedSpan('span', span);
    const look = this.#amongChanged((trace) =>
      asSeenBy(wanted, trace.spans, ({ ended }) => ended).find((candidate) => candidate.ended && wanted.matches(candidate)),
    );
    return this.#wait(`no span matched ${wanted.description}`, look, options, {
      nearest: () => wanted.nearest(this.#seenBy(wanted)),
      remarks: () => this.#remarksOn(wanted, false),
    });
  }

  async waitForTrace({ root, traceId }: TracePattern = {}, options?: SettleOptions): Promise<CapturedTrace> {
    const wanted = root === undefined ? undefined : wantedSpan('root', root);
    const look = this.#amongChanged((trace) => {
      if (traceId !== undefined && trace.traceId !== traceId) return undefined;
      return isComplete(trace.spans, wanted) ? captureTrace(trace.spans) : undefined;
    });
    return this.#wait(missedTrace(wanted, traceId), look, options, {
      nearest: () => wanted?.nearest(this.#records.traces.flatMap(({ spans }) => localRoots(spans, wanted))) ?? [],
      remarks: () => (wanted === undefined ? [] : this.#remarksOn(wanted, true)),
    });
  }

  async waitForIdle(options?: SettleOptions): Promise<void> {
    const look = () => (this.#records.spans.every(({ ended }) => ended) ? true : undefined);
    await this.#wait('not every span ended', look, options);
  }

  assertAllEnded(): void {
    const { spans } = this.#records;
    const open = openSpans(this.#records);
    assertNoneOpen(this, {
      spans,
      open: openLines(open),
      openCount: open.length,
      finding: `${open.length} of ${spans.length} spans have not ended in ${this.name}`,
      describe: () => this.#describe(),
    });
  }

  onChange(listener: () => void): Handle {
    return this.#records.onChange(listener);
  }

  explainNoSpans(): string {
    return whyNoSpans(this.#records, this.#recorder);
  }

  explainUnreachable(): string | undefined {
    // After `shutdown()` the provider is gone that was there while the scope was open.
    const canTell = this.#records.spans.length === 0 && this.#recorder.users.size > 0;
    return canTell ? whyUnreachable(this.#recorder)[0] : undefined;
  }

  spansElsewhere(): readonly SpanElsewhere[] {
    const { unowned, strays } = this.#recorder;
    return [
      ...unowned.spansSince(this.#records.openedAt).filter((record) => startedWhileOpen(record, this.#records)).map(asUnowned),
      ...strays.of(this.#records).map(asStray),
    ];
  }

  explainInstrumentations(): string {
    return whyNoInstrumentation();
  }

  keepOpen(): Handle {
    return this.#records.keepOpen();
  }

  explainNoLogs(): string {
    return whyNoLogs(this.#records, this.#recorder, this.#arrival);
  }

  explainUnreadLogs(): string | undefined {
    const { unreadLogs } = this.#records;
    return unreadLogs > 0 ? unreadText(unreadLogs) : undefined;
  }

  /** What snapshots get that are written without `traceTreeSerializer`. */
  toJSON(): string {
    return snapshotText(this);
  }

  [inspect](): string {
    return showScope('TraceScope', this.#records);
  }

  /** A look for something in a trace, which does not look again at one that has not changed since. */
  #amongChanged<T>(find: (trace: TraceRecords) => T | undefined): () => T | undefined {
    const looked = new WeakMap<TraceRecords, number>();
    return () => {
      for (const trace of this.#records.traces) {
        if (looked.get(trace) === trace.revision) continue;
        const found = find(trace);
        if (found !== undefined) return found;
        looked.set(trace, trace.revision);
      }
      return undefined;
    };
  }

  #seenBy(wanted: WantedSpan): CapturedSpan[] {
    return this.#records.traces.flatMap(({ spans }) => asSeenBy(wanted, spans));
  }

  #describe({ nearest, remarks }: Missed = NOTHING_MISSED): string {
    return describeScope(this.#records, this.#recorder, nearest(), [...remarks(), ...remarksOnRun(this)]);
  }

  /** Why a span that was waited for may not be here: it went elsewhere, or lacks an instrumentation. */
  #remarksOn({ expectation }: WantedSpan, onlyRoots: boolean): string[] {
    if (expectation === undefined) return [];
    const lacking = this.#records.spans.length > 0 ? remarksOnLacking(this, expectation) : [];
    return [...matchesElsewhere(this, expectation, onlyRoots).lines, lacking.join('\n')];
  }

  #captured(records: readonly SpanRecord[]): readonly CapturedSpan[] {
    return givenOut(records.map((record) => record.captured()), this);
  }

  #wait<T>(
    missed: string,
    look: () => T | undefined,
    options: SettleOptions | undefined,
    about?: Missed,
  ): Promise<T> {
    const frames = callerFrames(new Error('called here'));
    return waitUntil(this.#records, look, options, (timeoutMillis) => {
      return timeoutError(this, missed, timeoutMillis, this.#describe(about), frames);
    });
  }
}

function asUnowned(record: SpanRecord): SpanElsewhere {
  return { span: record.captured(), place: `unowned: it was started in no scope's async context, trace or links` };
}

function asStray({ record, ownerName }: Stray): SpanElsewhere {
  return {
    span: record.captured(),
    place: `owned by another scope: it was started in the async context of ${ownerName}, by a loop or timer begun there?`,
  };
}

/**
 * The spans, in their trees if the matcher looks at what is below them.
 *
 * @param worthwhile leaves out spans that need not be copied
 */
function asSeenBy(
  { looksBelow }: WantedSpan,
  trace: readonly SpanRecord[],
  worthwhile: (record: SpanRecord) => boolean = () => true,
): readonly CapturedSpan[] {
  if (looksBelow) return nodesOf(captureTrace(trace).roots);
  return trace.filter(worthwhile).map((record) => record.captured());
}

/** Whether nothing in a trace is open, and it has a local root as asked for. */
function isComplete(trace: readonly SpanRecord[], root: WantedSpan | undefined): boolean {
  if (!trace.every(({ ended }) => ended)) return false;
  return root === undefined || localRoots(trace, root).some((span) => root.matches(span));
}

/** The spans whose parent is in another process, or in none, or was not captured. */
function localRoots(trace: readonly SpanRecord[], wanted: WantedSpan): CapturedSpan[] {
  const ids = new Set(trace.map(({ spanId }) => spanId));
  return asSeenBy(wanted, trace).filter(({ parentSpanId, parentIsRemote }) => {
    return parentSpanId === undefined || parentIsRemote || !ids.has(parentSpanId);
  });
}
