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

interface Surroundings {
  /** Called when `next()` has something. */
  readonly onDue: () => void;
  /** Whether a span is known to be open in this process, and to come when it ends. */
  readonly isToCome?: (span: { readonly traceId: string; readonly spanId: string }) => boolean;
  readonly timers?: Pick<typeof realTimers, 'setTimeout' | 'clearTimeout'>;
}

/** Spans of one trace that wait for the others. */
class WaitingTrace {
  readonly traceId: string;
  readonly spans: DeliveredSpan[] = [];
  /** By span id, the place in `spans`. */
  readonly places = new Map<string, number>();
  /** Parents that are still to come: open in this process, or in the thread that sent their children. */
  readonly awaited = new Set<string>();
  bytes = 0;
  hasRoot = false;
  timer: NodeJS.Timeout | undefined;
  isComplete = false;

  constructor(traceId: string) {
    this.traceId = traceId;
  }
}

/**
 * Makes whole traces out of batches of ended spans.
 *
 * ```text
 *   add()  ──▶  waiting, by trace  ──▶  due  ──▶  next()
 *               root came, then silence for settleMillis
 *               silence for timeoutMillis, or no room: not complete
 * ```
 *
 * A local root has no parent in this process. A span whose parent is remote is one too, unless that parent is known to be
 * open here. While a parent is known to be open, its trace waits for it however long that takes.
 * At most `maxSpans` spans of `maxBytes` wait. Past that, the oldest trace becomes due, and if nobody
 * takes it, it is dropped.
 */
export class WholeTraces {
  readonly #options: Required<WholeTraceOptions>;
  readonly #onDue: () => void;
  readonly #isToCome: NonNullable<Surroundings['isToCome']>;
  readonly #timers: NonNullable<Surroundings['timers']>;
  /** The one that has waited longest first. */
  readonly #waiting = new Map<string, WaitingTrace>();
  readonly #due = new Fifo<WaitingTrace>();
  readonly #delivered = new DeliveredTraces();
  readonly #onTimer = realTimers.ROOT.bind(guarded('the delivery of a trace', (trace: WaitingTrace) => this.#expire(trace)));
  #spans = 0;
  #bytes = 0;
  #evicted = 0;
  #unreadable = 0;
  #dropped = 0;
  #untold = 0;

  constructor(options: Required<WholeTraceOptions>, { onDue, isToCome = () => false, timers = realTimers }: Surroundings) {
    this.#options = options;
    this.#onDue = onDue;
    this.#isToCome = isToCome;
    this.#timers = timers;
  }

  get stats() {
    return {
      traces: this.#waiting.size + this.#due.length,
      spans: this.#spans,
      bytes: this.#bytes,
      /** Traces that became due for want of room. */
      evicted: this.#evicted,
      /** Spans whose ids cannot be read. */
      unreadable: this.#unreadable,
      /** Spans of traces that nobody took in time. */
      dropped: this.#dropped,
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

  /** Takes out the next trace that is due. */
  next(): Trace | undefined {
    const waiting = this.#due.shift();
    if (waiting === undefined) return undefined;
    this.#forget(waiting);
    const traces = buildTraces(waiting.spans);
    // A span may give another trace id each time it is asked.
    const trace = traces.find(({ traceId }) => traceId === waiting.traceId) ?? traces[0]!;
    return { ...trace, complete: trace.complete && waiting.isComplete };
  }

  /** Has everything that waits become due, without telling. */
  settle(): void {
    for (const trace of this.#waiting.values()) this.#release(trace, this.#isOver(trace));
  }

  /** Spans dropped since this was asked last. */
  takeDropped(): number {
    const untold = this.#untold;
    this.#untold = 0;
    return untold;
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
    trace.awaited.delete(spanId);
    this.#findRoot(trace, span);
    return trace;
  }

  /** An amended span takes the place of its earlier revision. */
  #place(trace: WaitingTrace, span: DeliveredSpan, spanId: string): void {
    const earlier = memberOf(span, 'revision') ? trace.places.get(spanId) : undefined;
    const place = earlier ?? trace.spans.length;
    const grown = estimatedSpanBytes(span) - (earlier === undefined ? 0 : estimatedSpanBytes(trace.spans[earlier]!));
    trace.spans[place] = span;
    trace.places.set(spanId, place);
    trace.bytes += grown;
    this.#bytes += grown;
    if (earlier === undefined) this.#spans++;
  }

  #findRoot(trace: WaitingTrace, span: DeliveredSpan): void {
    const { traceId } = trace;
    const parent = memberOf(span, 'parentSpanContext');
    const spanId = memberOf(parent, 'spanId');
    if (typeof spanId !== 'string') trace.hasRoot = true;
    else if (trace.places.has(spanId)) return;
    else if (this.#isToCome({ traceId, spanId })) trace.awaited.add(spanId);
    else if (memberOf(parent, 'isRemote') === true) trace.hasRoot = true;
    // The other thread sends the parent when it has ended, unless it did before.
    else if (isOfOtherThread(span) && this.#delivered.hasRoot(traceId) === undefined) trace.awaited.add(spanId);
  }

  #isOver({ traceId, hasRoot, awaited }: WaitingTrace): boolean {
    return awaited.size === 0 && (hasRoot || this.#delivered.hasRoot(traceId) === true);
  }

  #schedule(trace: WaitingTrace): void {
    this.#timers.clearTimeout(trace.timer);
    const { settleMillis, timeoutMillis } = this.#options;
    const isOver = this.#isOver(trace);
    if (isOver && settleMillis === 0) this.#release(trace, true);
    else trace.timer = realTimers.unref(this.#timers.setTimeout(this.#onTimer, isOver ? settleMillis : timeoutMillis, trace));
  }

  #expire(trace: WaitingTrace): void {
    const { traceId, awaited } = trace;
    const isOver = this.#isOver(trace);
    if (!isOver && [...awaited].some((spanId) => this.#isToCome({ traceId, spanId }))) {
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
    // One iterator for all of them: each new one has to pass the places of all entries deleted before.
    const longestWaiting = this.#waiting.values();
    while (this.#spans > maxSpans || this.#bytes > maxBytes) {
      if (this.#due.length === 0) this.#evict(longestWaiting.next().value!);
      this.#onDue();
      if (this.#due.length > 0) this.#dropOldest();
    }
  }

  #evict(trace: WaitingTrace): void {
    this.#release(trace, false);
    this.#evicted++;
  }

  #dropOldest(): void {
    const trace = this.#due.shift()!;
    this.#forget(trace);
    this.#dropped += trace.spans.length;
    this.#untold += trace.spans.length;
  }

  #forget({ spans, bytes }: WaitingTrace): void {
    this.#spans -= spans.length;
    this.#bytes -= bytes;
  }
}

/** As spans that another thread has relayed are marked. */
function isOfOtherThread(span: DeliveredSpan): boolean {
  return typeof memberOf(memberOf(span, 'attributes'), THREAD_ID) === 'number';
}
