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

/** Names of spans in one line at most. */
const MAX_NAMES = 5;

/** The real ones: an application's tests may fake them. */
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;

interface WaitingTrace {
  readonly spans: DeliveredSpan[];
  patience: NodeJS.Timeout | undefined;
}

/**
 * Prints each trace to standard error: once all its spans in this thread have ended, or a while after its root has.
 *
 * What comes later is a tree of its own, with the same trace id. Nothing that was delivered is left out: what waits
 * when the process ends, or when too much waits, is printed as it is.
 */
export class TracePrinter {
  readonly #cache: SpanCache;
  readonly #write: (text: string) => void;
  readonly #maxWaitingSpans: number;
  readonly #losses: Losses;
  readonly #waiting = new Map<string, WaitingTrace>();
  readonly #unfinished = new UnfinishedTraces();
  #waitingSpans = 0;

  constructor(cache: SpanCache, write: (text: string) => void = print, maxWaitingSpans = MAX_WAITING_SPANS) {
    this.#cache = cache;
    this.#write = write;
    this.#maxWaitingSpans = maxWaitingSpans;
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
    if (open.length > 0) this.#write(`otel-span-cache: spans that have not ended: ${namesOf(open)}`);
    this.#say(this.#losses.all());
  }

  #take(spans: readonly DeliveredSpan[]): void {
    const touched = new Set<string>();
    for (const span of spans) {
      this.#add(span);
      touched.add(span.spanContext().traceId);
    }
    for (const traceId of touched) {
      if (!this.#unfinished.has(traceId)) this.#print(traceId);
    }
    while (this.#waitingSpans > this.#maxWaitingSpans) this.#print(this.#waiting.keys().next().value!);
    this.#say(this.#losses.ofSpans());
  }

  #add(span: DeliveredSpan): void {
    const { traceId } = span.spanContext();
    const trace = this.#waiting.get(traceId) ?? { spans: [], patience: undefined };
    this.#waiting.set(traceId, trace);
    trace.spans.push(span);
    this.#waitingSpans++;
    this.#unfinished.delivered(span.spanContext());
    if (isLocalRoot(span)) {
      trace.patience ??= startTimer(() => this.#print(traceId), PATIENCE_MILLIS).unref();
    }
  }

  #say(lost: string | undefined): void {
    if (lost !== undefined) this.#write(`otel-span-cache: not shown: ${lost}`);
  }

  #print(traceId: string): void {
    const { spans, patience } = this.#waiting.get(traceId)!;
    stopTimer(patience);
    this.#waiting.delete(traceId);
    this.#waitingSpans -= spans.length;
    this.#write(`${formatTrace(spans, terminalOptions())}\n`);
  }
}

function isLocalRoot({ parentSpanContext }: DeliveredSpan): boolean {
  return parentSpanContext === undefined || parentSpanContext.isRemote === true;
}

function namesOf(spans: readonly StartedSpan[]): string {
  const names = spans.slice(0, MAX_NAMES).map(({ name }) => name);
  const more = spans.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}
