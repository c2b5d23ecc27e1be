import { estimatedSpanBytes } from '../model/estimated-bytes.js';
import type { DeliveredSpan } from '../model/merged-span.js';
import { THREAD_ID } from '../model/semconv.js';
import { contextOf, memberOf } from '../model/value-parts.js';
import { Fifo } from '../support/fifo.js';
import { guarded } from '../support/report.js';
import * as realTimers from '../support/timers.js';
import { DeliveredTraces } from './delivered-traces.js';
import { buildTraces, type Trace } from './trace.js';
import type { WholeTraceOptions } from './whole-trace-options.js';

interface Dependencies {
  /** Called when `next()` has a trace to return. */
  readonly onDue: () => void;
  /** Whether a span is open in this process, so that it will be delivered when it ends. */
  readonly isOpen: (span: { readonly traceId: string; readonly spanId: string }) => boolean;
  readonly timers?: Pick<typeof realTimers, 'setTimeout' | 'clearTimeout'>;
}

/** The spans of a trace that is not due yet. */
class WaitingTrace {
  readonly traceId: string;
  readonly spans: DeliveredSpan[] = [];
  /** Indexes into `spans`, by span id. */
  readonly indexes = new Map<string, number>();
  /** Parents that will be delivered later: open in this process, or in the thread that sent their children. */
  readonly openParents = new Set<string>();
  bytes = 0;
  hasRoot = false;
  timer: NodeJS.Timeout | undefined;
  isComplete = false;

  constructor(traceId: string) {
    this.traceId = traceId;
  }
}

/**
 * Collects batches of ended spans into whole traces.
 *
 * ```text
 *   add()  ──▶  waiting, by trace  ──▶  due  ──▶  next()
 *               root ended, then no span for settleMillis
 *               no span for timeoutMillis, or a limit exceeded: not complete
 * ```
 *
 * A local root has no parent in this process: it has no parent, or a remote parent that is not open here. While a
 * parent is open, its trace waits for it without a time limit.
 *
 * At most `maxSpans` spans and `maxBytes` wait. Above that, the oldest trace becomes due. If it is not taken at once,
 * it is dropped.
 */
export class WholeTraces {
  readonly #options: Required<WholeTraceOptions>;
  readonly #onDue: () => void;
  readonly #isOpen: Dependencies['isOpen'];
  readonly #timers: NonNullable<Dependencies['timers']>;
  /** Ordered by age, the oldest first. */
  readonly #waiting = new Map<string, WaitingTrace>();
  readonly #due = new Fifo<WaitingTrace>();
  readonly #delivered = new DeliveredTraces();
  readonly #onTimer = realTimers.ROOT.bind(
    guarded('the delivery of a trace', (trace: WaitingTrace) => this.#expire(trace)),
  );
  #spans = 0;
  #bytes = 0;
  #evicted = 0;
  #unreadable = 0;
  #dropped = 0;
  #droppedByBytes = 0;
  #unreportedDrops = 0;

  constructor(options: Required<WholeTraceOptions>, { onDue, isOpen, timers = realTimers }: Dependencies) {
    this.#options = options;
    this.#onDue = onDue;
    this.#isOpen = isOpen;
    this.#timers = timers;
  }

  get stats() {
    return {
      traces: this.#waiting.size + this.#due.length,
      spans: this.#spans,
      bytes: this.#bytes,
      /** Traces that became due because a limit was exceeded. */
      evicted: this.#evicted,
      /** Spans whose ids cannot be read. */
      unreadable: this.#unreadable,
      /** Spans of traces that `next()` did not return in time. */
      dropped: this.#dropped,
      /** The part of `dropped` lost because of `maxBytes` alone. */
      droppedByBytes: this.#droppedByBytes,
    };
  }

  add(spans: readonly DeliveredSpan[]): void {
    const touched = new Set<WaitingTrace>();
    for (const span of spans) {
      const trace = this.#add(span);
      if (trace === undefined) this.#unreadable++;
      else touched.add(trace);
    }
    for (const trace of touched) this.#schedule(trace);
    this.#makeRoom();
    if (this.#due.length > 0) this.#onDue();
  }

  /** Removes and returns the next trace that is due. */
  next(): Trace | undefined {
    const waiting = this.#due.shift();
    if (waiting === undefined) return undefined;
    this.#forget(waiting);
    const traces = buildTraces(waiting.spans);
    // A span may return a different trace id at each call.
    const trace = traces.find(({ traceId }) => traceId === waiting.traceId) ?? traces[0]!;
    return { ...trace, complete: trace.complete && waiting.isComplete };
  }

  /** Makes all waiting traces due, without calling `onDue`. */
  settle(): void {
    for (const trace of this.#waiting.values()) this.#release(trace, this.#isOver(trace));
  }

  /** Returns the number of spans dropped since the last call. */
  takeDropped(): number {
    const drops = this.#unreportedDrops;
    this.#unreportedDrops = 0;
    return drops;
  }

  clear(): void {
    this.settle();
    for (let trace = this.#due.shift(); trace !== undefined; trace = this.#due.shift()) this.#forget(trace);
  }

  /** Returns undefined for a span whose ids cannot be read. */
  #add(span: DeliveredSpan): WaitingTrace | undefined {
    const context = contextOf(span);
    const traceId = memberOf(context, 'traceId');
    const spanId = memberOf(context, 'spanId');
    if (typeof traceId !== 'string' || typeof spanId !== 'string') return undefined;
    let trace = this.#waiting.get(traceId);
    if (trace === undefined) this.#waiting.set(traceId, (trace = new WaitingTrace(traceId)));
    this.#place(trace, span, spanId);
    trace.openParents.delete(spanId);
    this.#findRoot(trace, span);
    return trace;
  }

  /** Adds a span. An amended span replaces its earlier revision. */
  #place(trace: WaitingTrace, span: DeliveredSpan, spanId: string): void {
    const earlier = memberOf(span, 'revision') ? trace.indexes.get(spanId) : undefined;
    const index = earlier ?? trace.spans.length;
    const grown = estimatedSpanBytes(span) - (earlier === undefined ? 0 : estimatedSpanBytes(trace.spans[earlier]!));
    trace.spans[index] = span;
    trace.indexes.set(spanId, index);
    trace.bytes += grown;
    this.#bytes += grown;
    if (earlier === undefined) this.#spans++;
  }

  #findRoot(trace: WaitingTrace, span: DeliveredSpan): void {
    const { traceId } = trace;
    const parent = memberOf(span, 'parentSpanContext');
    const spanId = memberOf(parent, 'spanId');
    if (typeof spanId !== 'string') trace.hasRoot = true;
    else if (trace.indexes.has(spanId)) return;
    else if (this.#isOpen({ traceId, spanId })) trace.openParents.add(spanId);
    else if (memberOf(parent, 'isRemote') === true) trace.hasRoot = true;
    // The other thread sends the parent when it ends, unless it has sent it already.
    else if (isOfOtherThread(span) && this.#delivered.hasRoot(traceId) === undefined) trace.openParents.add(spanId);
  }

  #isOver({ traceId, hasRoot, openParents }: WaitingTrace): boolean {
    return openParents.size === 0 && (hasRoot || this.#delivered.hasRoot(traceId) === true);
  }

  #schedule(trace: WaitingTrace): void {
    this.#timers.clearTimeout(trace.timer);
    const { settleMillis, timeoutMillis } = this.#options;
    const isOver = this.#isOver(trace);
    if (isOver && settleMillis === 0) this.#release(trace, true);
    else
      trace.timer = realTimers.unref(
        this.#timers.setTimeout(this.#onTimer, isOver ? settleMillis : timeoutMillis, trace),
      );
  }

  #expire(trace: WaitingTrace): void {
    const { traceId, openParents } = trace;
    const isOver = this.#isOver(trace);
    if (!isOver && [...openParents].some((spanId) => this.#isOpen({ traceId, spanId }))) {
      this.#schedule(trace);
      return;
    }
    this.#release(trace, isOver);
    this.#onDue();
  }

  #release(trace: WaitingTrace, isOver: boolean): void {
    const { traceId, hasRoot, timer } = trace;
    this.#timers.clearTimeout(timer);
    this.#waiting.delete(traceId);
    trace.isComplete = isOver && this.#delivered.hasRoot(traceId) === undefined;
    this.#delivered.add(traceId, hasRoot);
    this.#due.push(trace);
  }

  #makeRoom(): void {
    const { maxSpans, maxBytes } = this.#options;
    // Reuses one iterator, because each new one would have to skip all entries deleted before.
    const longestWaiting = this.#waiting.values();
    while (this.#spans > maxSpans || this.#bytes > maxBytes) {
      if (this.#due.length === 0) {
        this.#release(longestWaiting.next().value!, false);
        this.#evicted++;
      }
      this.#onDue();
      if (this.#due.length > 0) this.#dropOldest(this.#spans <= maxSpans);
    }
  }

  #dropOldest(isForBytes: boolean): void {
    const trace = this.#due.shift()!;
    this.#forget(trace);
    this.#dropped += trace.spans.length;
    if (isForBytes) this.#droppedByBytes += trace.spans.length;
    this.#unreportedDrops += trace.spans.length;
  }

  #forget({ spans, bytes }: WaitingTrace): void {
    this.#spans -= spans.length;
    this.#bytes -= bytes;
  }
}

/** Whether a span was relayed by another thread: the relay adds this attribute. */
function isOfOtherThread(span: DeliveredSpan): boolean {
  return typeof memberOf(memberOf(span, 'attributes'), THREAD_ID) === 'number';
}
