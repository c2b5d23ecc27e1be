import { formatTrace } from '../format/format-trace.js';
import type { DeliveredSpan } from '../model/merged-span.js';
import type { SpanCache } from '../span-cache.js';
import { Losses } from './losses.js';
import { print, terminalOptions } from './stderr.js';
import { UnfinishedTraces, type StartedSpan } from './unfinished-traces.js';

/** Spans that wait for the rest of their trace at most. Past that, the oldest trace is printed as it is. */
const MAX_WAITING_SPANS = 10_000;

/** How long a trace whose root has ended waits for those of its spans that have not. */
const PATIENCE_MILLIS = 1_000;

/** How long a trace that seems complete waits for spans of other threads, which may be on their way. */
const LINGER_MILLIS = 100;

/** Traces known at most to have been printed. */
const MAX_PRINTED = 1_000;

/** The real ones: an application's tests may fake them. */
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;

interface WaitingTrace {
  readonly spans: DeliveredSpan[];
  /** Of spans of other threads: their ids, and those of their parents that are still to come from there. */
  readonly foreign: Set<string>;
  readonly awaited: Set<string>;
  patience: NodeJS.Timeout | undefined;
  linger: NodeJS.Timeout | undefined;
}

interface PrinterOptions {
  write?: (text: string) => void;
  maxWaitingSpans?: number;
  /** Whether other threads may send spans to the cache. */
  othersSend: () => boolean;
}

/**
 * Prints each trace to standard error: once all its spans in this thread have ended, or a while after its root has.
 *
 * Of spans in other threads only the ends are known. So one waits for its parent there, and while others may send
 * some, each trace waits a moment for them.
 *
 * What comes later is a tree of its own, with the same trace id. Nothing that was delivered is left out: what waits
 * when the process ends, or when too much waits, is printed as it is.
 */
export class TracePrinter {
  readonly #cache: SpanCache;
  readonly #write: (text: string) => void;
  readonly #maxWaitingSpans: number;
  readonly #othersSend: () => boolean;
  readonly #losses: Losses;
  readonly #waiting = new Map<string, WaitingTrace>();
  readonly #unfinished = new UnfinishedTraces();
  readonly #printed = new Set<string>();
  #waitingSpans = 0;

  constructor(cache: SpanCache, { write = print, maxWaitingSpans = MAX_WAITING_SPANS, othersSend }: PrinterOptions) {
    this.#cache = cache;
    this.#write = write;
    this.#maxWaitingSpans = maxWaitingSpans;
    this.#othersSend = othersSend;
    this.#losses = new Losses(cache);
    cache.tap({
      onStart: (span) => this.#unfinished.started(span as StartedSpan),
      onEnd: (span) => this.#unfinished.ended(span.spanContext()),
      onEmit: () => {},
    });
    cache.subscribe(({ spans }) => this.#take(spans));
  }

  /** Prints what is left, and says what was not printed. Whatever comes afterwards waits for another call. */
  finish(): void {
    this.#cache.flush();
    for (const traceId of this.#waiting.keys()) this.#print(traceId);
    const open = this.#unfinished.takeOpenSpans();
    if (open !== undefined) this.#write(`otel-span-cache: ${open}`);
    this.#say(this.#losses.all());
  }

  #take(spans: readonly DeliveredSpan[]): void {
    const touched = new Set<string>();
    for (const span of spans) {
      this.#add(span);
      touched.add(span.spanContext().traceId);
    }
    for (const traceId of touched) {
      if (this.#isComplete(traceId)) this.#printSoon(traceId);
    }
    while (this.#waitingSpans > this.#maxWaitingSpans) this.#print(this.#waiting.keys().next().value!);
    this.#say(this.#losses.ofSpans());
  }

  #add(span: DeliveredSpan): void {
    const { traceId } = span.spanContext();
    const trace = this.#waiting.get(traceId) ?? newTrace();
    this.#waiting.set(traceId, trace);
    trace.spans.push(span);
    this.#waitingSpans++;
    const ofThisThread = this.#unfinished.delivered(span.spanContext());
    if (!ofThisThread && span.attributes['thread.id'] !== undefined) this.#addForeign(span, trace);
    if (this.#isRoot(span)) {
      trace.patience ??= startTimer(() => this.#print(traceId), PATIENCE_MILLIS).unref();
    }
  }

  #addForeign(span: DeliveredSpan, { foreign, awaited }: WaitingTrace): void {
    const { traceId, spanId } = span.spanContext();
    foreign.add(spanId);
    awaited.delete(spanId);
    const parent = span.parentSpanContext;
    if (parent === undefined || parent.isRemote || foreign.has(parent.spanId)) return;
    // Else the parent may have been printed before.
    if (!this.#printed.has(traceId)) awaited.add(parent.spanId);
  }

  /** One whose parent is open in this process, though it came from afar, is none. */
  #isRoot({ parentSpanContext: parent }: DeliveredSpan): boolean {
    return parent === undefined || (parent.isRemote === true && !this.#unfinished.hasSpan(parent));
  }

  #isComplete(traceId: string): boolean {
    return !this.#unfinished.has(traceId) && this.#waiting.get(traceId)!.awaited.size === 0;
  }

  #printSoon(traceId: string): void {
    if (!this.#othersSend()) {
      this.#print(traceId);
      return;
    }
    const trace = this.#waiting.get(traceId)!;
    trace.linger ??= startTimer(() => {
      trace.linger = undefined;
      if (this.#isComplete(traceId)) this.#print(traceId);
    }, LINGER_MILLIS).unref();
  }

  #say(lost: string | undefined): void {
    if (lost !== undefined) this.#write(`otel-span-cache: not shown: ${lost}`);
  }

  #print(traceId: string): void {
    const { spans, patience, linger } = this.#waiting.get(traceId)!;
    stopTimer(patience);
    stopTimer(linger);
    this.#waiting.delete(traceId);
    this.#waitingSpans -= spans.length;
    this.#printed.add(traceId);
    if (this.#printed.size > MAX_PRINTED) this.#printed.delete(this.#printed.values().next().value!);
    this.#write(`${formatTrace(spans, terminalOptions())}\n`);
  }
}

function newTrace(): WaitingTrace {
  return { spans: [], foreign: new Set(), awaited: new Set(), patience: undefined, linger: undefined };
}
