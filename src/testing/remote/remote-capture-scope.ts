import { printable } from '../../trace/text/printable.js';
import { inspect } from '../../model/inspect-span.js';
import { callerFrames } from '../capture/caller-frames.js';
import { captureTrace, groupByTrace } from '../capture/captured-traces.js';
import { section, seenTraces } from '../explain/describe-scope.js';
import { assertNoneOpen, missedTrace, timeoutError } from '../explain/scope-failures.js';
import type { ScopeRecords } from '../capture/scope-records.js';
import { showScope } from '../explain/show-scope.js';
import type { SpanRecord } from '../capture/span-record.js';
import type { SettleOptions, TracePattern, WaitOptions } from '../capture/trace-scope.js';
import { spanLine } from '../../trace/captured-trace.js';
import { waitUntil } from '../capture/waiting.js';
import type { CapturedLog, CapturedSpan, CapturedTrace } from '../captured.js';
import { logsInSpans } from '../assert/log-in-span.js';
import { wantedLog, type LogMatcher } from '../assert/wanted-log.js';
import { wantedSpan, type SpanMatcher, type WantedSpan } from '../assert/wanted-span.js';
import { remarksOnRun } from '../assert/report/remarks.js';
import { nodesOf } from '../snapshot/descendants.js';
import { givenOut } from '../snapshot/given-lists.js';
import type { SpanElsewhere } from '../snapshot/source.js';
import { snapshotText } from '../snapshot/trace-tree-serializer.js';
import { inOrderOfStart, withoutParent } from './arrived-spans.js';
import type { RemoteReceiver, RemoteScope } from './contract.js';
import type { RemoteRecords } from './remote-records.js';
import { newParent } from './traceparent.js';
import { rejectedText, whyNoLogArrived, whyNothingArrived } from './why-no-spans.js';

/** Ten times what an SDK waits before it exports. */
const IDLE_SETTLE_MILLIS = 100;

/** What other processes sent, as a test sees it. */
export class RemoteCaptureScope implements RemoteScope {
  readonly receiver: RemoteReceiver;
  readonly openSpans: readonly CapturedSpan[] = Object.freeze([]);
  readonly #timeoutMillis: number;
  readonly #received: RemoteRecords;
  readonly #records: ScopeRecords;
  readonly #parent = newParent();
  readonly #release: () => void;
  readonly #onClose: () => Promise<void>;

  /** @param onClose is called each time it is closed */
  constructor(
    name: string,
    timeoutMillis: number,
    receiver: RemoteReceiver,
    received: RemoteRecords,
    onClose: () => Promise<void>,
  ) {
    this.receiver = receiver;
    this.#timeoutMillis = timeoutMillis;
    this.#received = received;
    this.#records = received.newScope(name, this.#parent.traceId);
    this.#release = this.#records.hold();
    this.#onClose = onClose;
  }

  get name(): string {
    return this.#records.name;
  }

  get env(): Readonly<Record<string, string>> {
    return this.receiver.env;
  }

  get traceId(): string {
    return this.#parent.traceId;
  }

  get traceparent(): string {
    return this.#parent.traceparent;
  }

  get spans(): readonly CapturedSpan[] {
    return givenOut(inOrderOfStart(this.#records.spans).map((span) => span.captured()), this);
  }

  get traces(): readonly CapturedTrace[] {
    return givenOut([...groupByTrace(inOrderOfStart(this.#records.spans)).values()].map(captureTrace), this);
  }

  get logs(): readonly CapturedLog[] {
    return Object.freeze([...this.#records.logs]);
  }

  get unowned(): readonly CapturedSpan[] {
    return givenOut(this.#unowned().map((record) => record.captured()), this);
  }

  get unownedLogs(): readonly CapturedLog[] {
    return Object.freeze(this.#received.unowned.logsSince(this.#records.openedAt));
  }

  get droppedSpansCount(): number {
    return this.#records.droppedSpans;
  }

  get droppedLogsCount(): number {
    return this.#records.droppedLogs;
  }

  get limitReached(): string | undefined {
    return this.#records.bytesReached ? 'maxBytesPerScope' : undefined;
  }

  async waitForSpan(span: SpanMatcher, options?: WaitOptions): Promise<CapturedSpan> {
    const wanted = wantedSpan('span', span);
    const candidates = () => asSeenBy(wanted, this.#records.spans);
    const look = () => candidates().find((candidate) => wanted.matches(candidate));
    return this.#wait(`no span matched ${wanted.description}`, look, options, () => wanted.nearest(candidates()));
  }

  async waitForTrace({ root, traceId }: TracePattern = {}, options?: SettleOptions): Promise<CapturedTrace> {
    const wanted = root === undefined ? undefined : wantedSpan('root', root);
    const look = () => {
      const traces = [...groupByTrace(this.#records.spans).values()];
      const complete = traces.find((records) => this.#isComplete(records, wanted, traceId));
      return complete && captureTrace(inOrderOfStart(complete));
    };
    return this.#wait(missedTrace(wanted, traceId), look, options, () => {
      return wanted?.nearest(this.#roots(this.#records.spans, wanted)) ?? [];
    });
  }

  async waitForIdle(options?: SettleOptions): Promise<void> {
    const { spans } = this.#records;
    const look = () => (spans.length > 0 && this.#withoutParent(spans).length === 0 ? true : undefined);
    const settleMillis = options?.settleMillis ?? IDLE_SETTLE_MILLIS;
    await this.#wait('it was not idle', look, { ...options, settleMillis });
  }

  async waitForLog(log: LogMatcher, options?: WaitOptions): Promise<CapturedLog> {
    const wanted = wantedLog('log', log);
    const { logs } = this.#records;
    const look = () => logs[(wanted.looksAtSpan ? logsInSpans(this) : logs).findIndex((record) => wanted.matches(record))];
    return this.#wait(`no log record matched ${wanted.description}`, look, options, () => wanted.nearest(logsInSpans(this)));
  }

  assertAllEnded(): void {
    const missing = this.#missingParents();
    assertNoneOpen(this, {
      spans: this.#records.spans,
      open: missing,
      finding: `the parents of ${missing.length} spans have not arrived in ${this.name}`,
      describe: () => this.#describe([]),
    });
  }

  onChange(listener: () => void): () => void {
    return this.#records.listen(listener);
  }

  explainNoSpans(): string {
    return whyNothingArrived(this.#records, this.#received, this.receiver);
  }

  spansElsewhere(): readonly SpanElsewhere[] {
    return this.unowned.map((span) => ({ span, place: 'unowned: it arrived in a trace of no scope' }));
  }

  explainNoLogs(): string {
    return whyNoLogArrived(this.#records, this.#received, this.receiver);
  }

  /** What snapshots get that are written without `traceTreeSerializer`. */
  toJSON(): string {
    return snapshotText(this);
  }

  [inspect](): string {
    return showScope('RemoteScope', this.#records, inOrderOfStart(this.#records.spans));
  }

  close(): Promise<void> {
    this.#release();
    return this.#onClose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #isComplete(
    records: readonly SpanRecord[],
    wanted: WantedSpan | undefined,
    traceId: string | undefined,
  ): boolean {
    if (traceId !== undefined && records[0]?.traceId !== traceId) return false;
    if (this.#withoutParent(records).length > 0) return false;
    const roots = this.#roots(records, wanted);
    return roots.some((root) => wanted === undefined || wanted.matches(root));
  }

  #roots(records: readonly SpanRecord[], wanted: WantedSpan | undefined): CapturedSpan[] {
    return asSeenBy(wanted, records).filter(({ parentSpanId, parentIsRemote }) => {
      return parentSpanId === undefined || parentIsRemote || parentSpanId === this.#parent.spanId;
    });
  }

  #withoutParent(records: readonly SpanRecord[]): SpanRecord[] {
    return withoutParent(records, this.#parent.spanId);
  }

  #wait<T>(
    missed: string,
    look: () => T | undefined,
    options: SettleOptions = {},
    nearest: () => readonly string[] = () => [],
  ): Promise<T> {
    const frames = callerFrames(new Error('called here'));
    const withTimeout = { ...options, timeoutMillis: options.timeoutMillis ?? this.#timeoutMillis };
    return waitUntil(this.#records, look, withTimeout, (timeoutMillis) => {
      return timeoutError(this, missed, timeoutMillis, this.#describe(nearest()), frames);
    });
  }

  #describe(nearest: readonly string[]): string {
    const { spans } = this.#records;
    const { lastRejection } = this.receiver.stats;
    return [
      spans.length === 0 ? `No span has arrived: ${this.explainNoSpans()}` : seenTraces(inOrderOfStart(spans)),
      section('Open, or still on their way', this.#missingParents()),
      section('Nearest', nearest),
      section('Unowned', this.#unowned().map((record) => spanLine(record.captured()))),
      // Where there is no span, that is told already.
      spans.length > 0 && lastRejection !== undefined ? rejectedText(lastRejection) : '',
      ...remarksOnRun(this),
    ]
      .filter((text) => text !== '')
      .join('\n\n');
  }

  #missingParents(): string[] {
    return this.#withoutParent(this.#records.spans).map((record) => {
      return `the parent of ${printable(record.span.name)}, ${record.span.parentSpanContext?.spanId}`;
    });
  }

  #unowned(): SpanRecord[] {
    return this.#received.unowned.spansSince(this.#records.openedAt);
  }
}

/** The spans, in their trees if the matcher looks at what is below them. */
function asSeenBy(wanted: WantedSpan | undefined, records: readonly SpanRecord[]): readonly CapturedSpan[] {
  if (wanted?.looksBelow !== true) return records.map((record) => record.captured());
  const traces = [...groupByTrace(inOrderOfStart(records)).values()];
  return traces.flatMap((trace) => nodesOf(captureTrace(trace).roots));
}
