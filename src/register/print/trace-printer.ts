import { THREAD_ID } from '../../model/semconv.js';
import { guarded } from '../../support/report.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { ReadableSpan } from '../../model/otel.js';
import { internalsOf } from '../../cache/internals.js';
import type { SpanCache } from '../../cache/span-cache.js';
import * as realTimers from '../../support/timers.js';
import type { Handle } from '../../support/handle.js';
import { Losses } from './losses.js';
import { OpenSpansReporter } from './open-spans-reporter.js';
import { print } from './stderr.js';
import { treeText } from './tree-text.js';
import { UnfinishedTraces } from './unfinished-traces.js';
import { WaitingTraces, type WaitingTrace } from './waiting-traces.js';

/** Spans that wait for the rest of their trace at most. Past that, the oldest trace is printed as far as it has come. */
const MAX_WAITING_SPANS = 10_000;

/** Spans of one trace that wait at most: as many as are drawn in some tenths of a second. */
const MAX_WAITING_SPANS_OF_TRACE = 2_000;

/** Spans of an unfinished trace that are printed at a time, so that the event loop is not blocked for long. */
const MAX_PART_SPANS = 500;

/** How long a trace whose root has ended waits for those of its spans that have not. */
const PATIENCE_MILLIS = 1_000;

/** How long a trace that seems complete waits for spans of other threads, which may be on their way. */
const LINGER_MILLIS = 100;

/** Traces known at most to have been printed. */
const MAX_PRINTED = 1_000;

interface PrinterOptions {
  /** Returns false if the text was not written. */
  readonly write?: (text: string) => unknown;
  readonly maxWaitingSpans?: number;
  /** About how many bytes the spans that wait may keep alive. Past that, as past `maxWaitingSpans`. */
  readonly maxWaitingBytes: number;
  /** Whether other threads may send spans to the cache. */
  readonly othersSend: () => boolean;
  readonly timers?: Pick<typeof realTimers, 'setTimeout' | 'clearTimeout'>;
}

/**
 * Prints each trace to standard error: once all its spans in this thread have ended, or a while after its root has.
 *
 * Of spans in other threads only the ends are known. So one waits for its parent there, and while others may send
 * some, each trace waits a moment for them.
 *
 * What comes later is a tree of its own, with the same trace id. Nothing that was delivered is left out: what waits
 * when the process ends, or when too much waits, is printed as far as it has come. A trace that cannot be printed
 * gives a line with its id and the reason.
 */
export class TracePrinter {
  readonly #cache: SpanCache;
  readonly #write: (text: string) => unknown;
  readonly #maxWaitingSpans: number;
  readonly #maxWaitingBytes: number;
  readonly #othersSend: () => boolean;
  readonly #timers: Pick<typeof realTimers, 'setTimeout' | 'clearTimeout'>;
  readonly #losses: Losses;
  readonly #waiting = new WaitingTraces();
  readonly #unfinished = new UnfinishedTraces();
  readonly #openSpans: OpenSpansReporter;
  readonly #printed = new Set<string>();
  readonly #observing: Handle;
  readonly #subscription: { close(): void };
  /** Spans printed before their trace had ended, because too many waited. */
  #printedEarly = 0;

  constructor(cache: SpanCache, options: PrinterOptions) {
    const { write = print, maxWaitingSpans = MAX_WAITING_SPANS, maxWaitingBytes, othersSend, timers = realTimers } = options;
    this.#cache = cache;
    this.#write = write;
    this.#maxWaitingSpans = maxWaitingSpans;
    this.#maxWaitingBytes = maxWaitingBytes;
    this.#othersSend = othersSend;
    this.#timers = timers;
    this.#losses = new Losses(cache);
    this.#openSpans = new OpenSpansReporter(cache);
    this.#observing = internalsOf(cache).observe({
      onStart: (span) => this.started(span as ReadableSpan),
      onEnd: () => this.#openSpans.ended(),
    });
    this.#subscription = cache.subscribe(({ spans }) => this.#take(spans));
  }

  /** Told of a span that has started before this was there. */
  started(span: Pick<ReadableSpan, 'spanContext'>): void {
    this.#openSpans.started();
    this.#unfinished.started(span.spanContext());
  }

  /**
   * Prints what is left, the spans that have not ended among it, and says what was not printed. Whatever comes
   * afterwards waits for another call.
   */
  finish(): void {
    this.#cache.flush();
    const open = this.#openSpans.take();
    for (const traceId of this.#waiting.ids()) {
      if (!open.traces.has(traceId)) this.#print(traceId);
    }
    if (open.shown > 0) this.#write(open.heading);
    for (const [traceId, spans] of open.traces) this.#print(traceId, spans);
    this.#losses.addOpen(open);
    this.#sayPrintedEarly();
    this.#say(this.#losses.all());
  }

  /** Prints nothing more, and takes in nothing more. */
  close(): void {
    this.#observing.close();
    this.#subscription.close();
    for (const traceId of this.#waiting.ids()) this.#takeOut(traceId);
  }

  #take(spans: readonly DeliveredSpan[]): void {
    const touched = new Set<string>();
    for (const span of spans) {
      try {
        this.#add(span, touched);
      } catch {
        this.#losses.unprinted.unreadable++;
      }
    }
    for (const traceId of touched) {
      if (this.#isComplete(traceId)) this.#printSoon(traceId);
    }
    for (const traceId of touched) this.#shorten(traceId);
    this.#makeRoom();
    this.#say(this.#losses.ofSpans());
  }

  /** Reads the span before it keeps it. Throws if the span cannot be read. */
  #add(span: DeliveredSpan, touched: Set<string>): void {
    const spanContext = span.spanContext();
    const { traceId, spanId } = spanContext;
    touched.add(traceId);
    const isForeign = !this.#unfinished.delivered(spanContext) && span.attributes[THREAD_ID] !== undefined;
    const isRoot = this.#isRoot(span);
    const parent = isForeign ? span.parentSpanContext : undefined;
    const awaitedId = parent === undefined || parent.isRemote ? undefined : parent.spanId;
    const trace = this.#waiting.add(traceId, span);
    if (isForeign) this.#addForeign(trace, traceId, spanId, awaitedId);
    if (isRoot) trace.patience ??= this.#startTimer(() => this.#print(traceId), PATIENCE_MILLIS);
  }

  #addForeign({ foreign, awaited }: WaitingTrace, traceId: string, spanId: string, awaitedId: string | undefined): void {
    foreign.add(spanId);
    awaited.delete(spanId);
    if (awaitedId === undefined || foreign.has(awaitedId)) return;
    // Else the parent may have been printed before.
    if (!this.#printed.has(traceId)) awaited.add(awaitedId);
  }

  /** One whose parent is open in this process, though it came from afar, is none. */
  #isRoot({ parentSpanContext: parent }: DeliveredSpan): boolean {
    return parent === undefined || (parent.isRemote === true && !this.#unfinished.hasSpan(parent));
  }

  #isComplete(traceId: string): boolean {
    const trace = this.#waiting.get(traceId);
    return trace !== undefined && trace.awaited.size === 0 && !this.#unfinished.has(traceId);
  }

  #printSoon(traceId: string): void {
    if (!this.#othersSend()) {
      this.#print(traceId);
      return;
    }
    const trace = this.#waiting.get(traceId)!;
    trace.linger ??= this.#startTimer(() => {
      trace.linger = undefined;
      if (this.#isComplete(traceId)) this.#print(traceId);
    }, LINGER_MILLIS);
  }

  #startTimer(code: () => void, millis: number): NodeJS.Timeout {
    return realTimers.unref(this.#timers.setTimeout(guarded('printing a trace', code), millis));
  }

  get #isFull(): boolean {
    return this.#waiting.spans > this.#maxWaitingSpans || this.#waiting.bytes > this.#maxWaitingBytes;
  }

  /** Prints of the trace that has waited longest what came first, until there is room. */
  #makeRoom(): void {
    for (let traceId = this.#waiting.oldest; traceId !== undefined && this.#isFull; traceId = this.#waiting.oldest) {
      this.#printPart(traceId);
    }
  }

  /** Prints of an unfinished trace what came first, while it has too many spans. */
  #shorten(traceId: string): void {
    const spans = this.#waiting.get(traceId)?.spans ?? [];
    const parts = Math.ceil((spans.length - MAX_WAITING_SPANS_OF_TRACE) / MAX_PART_SPANS);
    for (let part = 0; part < parts; part++) this.#printPart(traceId);
  }

  #printPart(traceId: string): void {
    const before = this.#waiting.spans;
    this.#print(traceId, [], MAX_PART_SPANS);
    this.#printedEarly += before - this.#waiting.spans;
  }

  #sayPrintedEarly(): void {
    if (this.#printedEarly === 0) return;
    this.#write(`otel-span-cache: printed before their traces had ended, as too many waited: ${this.#printedEarly} spans`);
    this.#printedEarly = 0;
  }

  #say(lost: string | undefined): void {
    if (lost !== undefined) this.#write(`otel-span-cache: not shown: ${lost}`);
  }

  /** Prints what waits of a trace, or the first of it, with its open spans. */
  #print(traceId: string, open: readonly ReadableSpan[] = [], max = Infinity): void {
    const spans = [...this.#takeOut(traceId, max), ...open];
    this.#printed.add(traceId);
    if (this.#printed.size > MAX_PRINTED) this.#printed.delete(this.#printed.values().next().value!);
    if (this.#write(treeText(traceId, spans)) === false) this.#losses.unprinted.stderr_full += spans.length;
  }

  /** What is left of a trace that is printed in parts waits for its root, and for nothing of other threads. */
  #takeOut(traceId: string, max = Infinity): ReadableSpan[] {
    const trace = this.#waiting.get(traceId);
    if (trace === undefined) return [];
    trace.foreign.clear();
    trace.awaited.clear();
    const spans = this.#waiting.take(traceId, max);
    if (trace.spans.length === 0) {
      this.#timers.clearTimeout(trace.patience);
      this.#timers.clearTimeout(trace.linger);
    }
    return spans;
  }
}
