import type { WaitingSpans } from '../engine/contract.js';
import * as realTimers from '../host/timers.js';
import type { NewSpanRow } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';
import { toTraceRow } from '../model/trace-rows.js';
import { FinishedIds } from './finished-ids.js';
import { inOrder } from './in-order.js';
import { hasLocalRoot } from './local-root.js';
import { TraceInProgress } from './trace-in-progress.js';

/** Maximum wait for spans that end after their local root, in milliseconds. */
const MAX_SETTLE_MILLIS = 400;
/** Time without a late span after which the wait is `settleMillis` again. */
const CALM_MILLIS = 60_000;

/** Finish time of a trace that was cut short, so that its later parts do not count as late. */
const LONG_AGO = -1e9;

/** Minimum time between two sweeps over all traces, in milliseconds. */
const MIN_SWEEP_MILLIS = 5;

/** How long traces wait, and how many spans may wait. */
export interface InProgressOptions {
  /**
   * Wait after the last span of a trace whose local root has ended. Default 50, because joined processes send a span up
   * to 40 ms after its end. Each late part of a trace doubles the wait, up to 400, until no part is late for a minute.
   */
  readonly settleMillis?: number;
  /** Wait after the last span of a trace whose local root has not ended. Default 5,000. */
  readonly timeoutMillis?: number;
  /** Default 20,000. */
  readonly maxSpans?: number;
  /** Estimated bytes of the waiting spans. Default 64 MiB. */
  readonly maxBytes?: number;
  /** Monotonic clock, in milliseconds. */
  readonly clock?: () => number;
  readonly timers?: Pick<typeof realTimers, 'setTimeout' | 'clearTimeout'>;
}

/**
 * Collects spans into whole traces.
 *
 * ```text
 *   add()  ──▶  waiting, by trace  ──▶  onTrace
 *               root ended, then no span for settleMillis
 *               no span for timeoutMillis, or a bound exceeded: not complete
 * ```
 *
 * A local root has no parent, or a remote one that has not arrived. A trace waits for a parent in another thread of its
 * process. Past a bound, the oldest trace is passed on as it is. No span is lost.
 */
export class TracesInProgress {
  readonly #onTrace: (trace: TraceRow) => void;
  readonly #settleMillis: number;
  readonly #timeoutMillis: number;
  readonly #maxSpans: number;
  readonly #maxBytes: number;
  readonly #clock: () => number;
  readonly #timers: NonNullable<InProgressOptions['timers']>;
  /** Oldest first. */
  readonly #waiting = new Map<string, TraceInProgress>();
  readonly #finished = new FinishedIds();
  #touched: TraceInProgress[] = [];
  #spans = 0;
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #wakeAt = Infinity;
  #lastSpanId = 0;
  #lastTraceId = 0;
  /** The current wait after a local root. */
  #settling: number;
  #calmAt = Infinity;

  constructor(
    onTrace: (trace: TraceRow) => void,
    {
      settleMillis = 50,
      timeoutMillis = 5_000,
      maxSpans = 20_000,
      maxBytes = 64 * 2 ** 20,
      clock = () => performance.now(),
      timers = realTimers,
    }: InProgressOptions = {},
  ) {
    this.#onTrace = onTrace;
    this.#settleMillis = settleMillis;
    this.#settling = settleMillis;
    this.#timeoutMillis = timeoutMillis;
    this.#maxSpans = maxSpans;
    this.#maxBytes = maxBytes;
    this.#clock = clock;
    this.#timers = timers;
  }

  get waiting(): WaitingSpans {
    return {
      spans: this.#spans,
      maxSpans: this.#maxSpans,
      bytes: this.#bytes,
      maxBytes: this.#maxBytes,
      traces: this.#waiting.size,
    };
  }

  /** Adds a span of a batch. Call `endBatch()` after the batch. */
  add(span: NewSpanRow, isAmended: boolean): void {
    let trace = this.#waiting.get(span.traceId);
    if (trace === undefined) this.#waiting.set(span.traceId, (trace = new TraceInProgress(span.traceId)));
    // All spans of a trace share one string of its id.
    else span.traceId = trace.traceId;
    const earlier = trace.put(span, isAmended);
    const grown = span.bytes - (earlier?.bytes ?? 0);
    trace.bytes += grown;
    this.#bytes += grown;
    if (earlier === undefined) this.#spans++;
    trace.openParents?.delete(span.spanId);
    this.#findRoot(trace, span);
    if (trace.isTouched) return;
    trace.isTouched = true;
    this.#touched.push(trace);
  }

  /** Restarts the wait of each trace that the batch changed. */
  endBatch(): void {
    const now = this.#clock();
    if (now >= this.#calmAt) this.#settling = this.#settleMillis;
    const touched = this.#touched;
    this.#touched = [];
    for (const trace of touched) {
      trace.isTouched = false;
      trace.dueAt = now + (this.#isOver(trace) ? this.#settling : this.#timeoutMillis);
      if (trace.dueAt < this.#wakeAt) this.#wake(trace.dueAt, now);
    }
    this.#makeRoom();
  }

  /** Passes on all traces, complete or not. */
  finishAll(): void {
    this.#sleep();
    for (const trace of this.#waiting.values()) this.#finish(trace, this.#isOver(trace));
  }

  #findRoot(trace: TraceInProgress, { parentSpanId, parentIsRemote, thread }: NewSpanRow): void {
    if (parentSpanId === undefined) trace.hasRoot = true;
    else if (parentIsRemote) trace.hasRemote = true;
    else if (thread === undefined || trace.placeOf(parentSpanId) >= 0) return;
    // The other thread has yet to send the parent, unless an earlier part had it.
    else if (this.#finished.hasRoot(trace.traceId) === undefined) (trace.openParents ??= new Set()).add(parentSpanId);
  }

  #isOver(trace: TraceInProgress): boolean {
    if ((trace.openParents?.size ?? 0) > 0) return false;
    return this.#finished.hasRoot(trace.traceId) === true || hasLocalRoot(trace);
  }

  #finish(trace: TraceInProgress, isOver: boolean): void {
    const { traceId, spans, bytes } = trace;
    this.#waiting.delete(traceId);
    this.#spans -= spans.length;
    this.#bytes -= bytes;
    const now = this.#clock();
    const earlier = this.#finished.finishedAt(traceId);
    const isFirstPart = earlier === undefined;
    if (!isFirstPart) this.#waitLonger(now - earlier, now);
    this.#finished.add(traceId, hasLocalRoot(trace), isOver ? now : LONG_AGO);
    const ordered = inOrder(spans, (spanId) => trace.placeOf(spanId));
    for (const span of ordered.spans) span.id = ++this.#lastSpanId;
    const isComplete = isOver && isFirstPart && !ordered.hasGap;
    this.#onTrace(toTraceRow(++this.#lastTraceId, traceId, ordered.spans, isComplete));
  }

  /** Doubles the wait, up to its maximum, unless the maximum would also have missed a part this late. */
  #waitLonger(lateMillis: number, now: number): void {
    if (lateMillis > MAX_SETTLE_MILLIS + this.#settling) return;
    this.#settling = Math.max(this.#settling, Math.min(2 * this.#settling, MAX_SETTLE_MILLIS));
    this.#calmAt = now + CALM_MILLIS;
  }

  #makeRoom(): void {
    // One iterator, because each new one would have to skip all entries deleted before.
    const oldest = this.#waiting.values();
    while (this.#spans > this.#maxSpans || this.#bytes > this.#maxBytes) this.#finish(oldest.next().value!, false);
  }

  readonly #sweep = (): void => {
    this.#sleep();
    const now = this.#clock();
    let next = Infinity;
    for (const trace of this.#waiting.values()) {
      if (trace.dueAt <= now) this.#finish(trace, this.#isOver(trace));
      else if (trace.dueAt < next) next = trace.dueAt;
    }
    if (next < Infinity) this.#wake(next, now);
  };

  #wake(at: number, now: number): void {
    this.#sleep();
    this.#wakeAt = at;
    this.#timer = this.#timers.setTimeout(this.#sweep, Math.max(MIN_SWEEP_MILLIS, Math.ceil(at - now))).unref();
  }

  #sleep(): void {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wakeAt = Infinity;
  }
}
