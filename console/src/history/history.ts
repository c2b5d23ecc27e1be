import type { HistoryContract } from '../engine/contract.js';
import type { SpanRow } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';
import { toTraceRow } from '../model/trace-rows.js';
import { KeptExamples, type KeptExamplesOptions } from './kept-examples.js';
import { KnownTrace } from './known-trace.js';
import { SlidingMinimum } from './sliding-minimum.js';
import { Tombstones, type GoneReason } from './tombstones.js';

/** Estimated bytes of a trace without its spans. */
const TRACE_BYTES = 400;

export interface HistoryOptions {
  /** Default 100,000. */
  readonly maxSpans?: number;
  /** Estimated bytes. Default 96 MiB. */
  readonly maxBytes?: number;
  readonly examples?: KeptExamplesOptions;
}

interface Entry {
  readonly trace: TraceRow;
  readonly known: KnownTrace;
  readonly arrivedAt: number;
  readonly bytes: number;
}

/**
 * The kept spans, as whole traces.
 *
 * ```text
 *   released   │ oldest ················ newest │
 *              └ #first                         └ #first + #entries.length - #head
 * ```
 *
 * Bounded by spans and by estimated bytes. Past a bound, the oldest trace is evicted, and its id is remembered with the
 * time and the reason. A trace that exceeds a bound by itself keeps only the spans that started first, and becomes
 * incomplete; its other spans count as evicted.
 *
 * An evicted trace that is an example of a stack moves to `KeptExamples`, where only `allPartsOf()` finds it.
 */
export class History implements HistoryContract {
  readonly #maxSpans: number;
  readonly #maxBytes: number;
  /** Oldest first; positions before `#head` are empty. */
  #entries: (Entry | undefined)[] = [];
  #head = 0;
  /** Number of entries released so far. */
  #first = 0;
  /** The traces with retained parts. */
  readonly #traces = new Map<string, KnownTrace>();
  readonly #examples: KeptExamples;
  /** The last result of `exampleOf()`. */
  #latest: KnownTrace | undefined;
  readonly #starts = new SlidingMinimum();
  readonly #tombstones = new Tombstones();
  #spans = 0;
  #bytes = 0;
  #evicted = 0;
  /** Time and reason of the release in progress, for examples that leave because of it. */
  #release: { readonly at: number; readonly reason: GoneReason } = { at: 0, reason: 'spans' };

  constructor({ maxSpans = 100_000, maxBytes = 96 * 2 ** 20, examples = {} }: HistoryOptions = {}) {
    this.#maxSpans = maxSpans;
    this.#maxBytes = maxBytes;
    this.#examples = new KeptExamples((trace) => this.#bury(trace), examples);
  }

  exampleOf(traceId: string): KnownTrace {
    if (this.#latest?.traceId !== traceId) {
      this.#latest = this.#traces.get(traceId) ?? this.#examples.get(traceId) ?? new KnownTrace(traceId);
    }
    return this.#latest;
  }

  add(trace: TraceRow, now: number): void {
    const { traceId } = trace;
    const known = this.exampleOf(traceId);
    const kept = this.#fitting(trace);
    this.#evicted += trace.spans.length - (kept?.spans.length ?? 0);
    if (kept !== undefined) this.#append(kept, known, now);
    else if (known.isGone) this.#tombstones.add(traceId, now, 'bytes');
    this.#makeRoom(now);
  }

  partsOf(traceId: string): readonly TraceRow[] {
    return this.#traces.get(traceId)?.retained ?? [];
  }

  allPartsOf(traceId: string): readonly TraceRow[] {
    return [...(this.#examples.get(traceId)?.kept?.parts ?? []), ...(this.#traces.get(traceId)?.retained ?? [])];
  }

  *newestFirst(before = Infinity): Generator<TraceRow> {
    const newest = this.#first + this.#size - 1;
    for (let number = Math.min(newest, this.#numberBelow(before)); number >= this.#first; number--) {
      yield this.#at(number).trace;
    }
  }

  get(traceRowId: number): TraceRow | undefined {
    return this.#find(traceRowId)?.trace;
  }

  arrivedAt(traceRowId: number): number | undefined {
    return this.#find(traceRowId)?.arrivedAt;
  }

  goneOf(traceId: string): { readonly at: number; readonly reason: GoneReason } | undefined {
    const isKnown = this.#traces.has(traceId) || this.#examples.get(traceId) !== undefined;
    return isKnown ? undefined : this.#tombstones.of(traceId);
  }

  clear(now: number): { readonly spans: number; readonly traces: number } {
    const cleared = { spans: this.#spans, traces: this.#traces.size };
    this.#release = { at: now, reason: 'cleared' };
    while (this.#size > 0) this.#releaseOldest();
    this.#examples.clear();
    this.#latest = undefined;
    return cleared;
  }

  stats() {
    return {
      spans: this.#spans,
      maxSpans: this.#maxSpans,
      bytes: this.#bytes,
      maxBytes: this.#maxBytes,
      traces: this.#traces.size,
      evicted: this.#evicted,
      since: this.#starts.minimum,
      examples: this.#examples.stats(),
    };
  }

  get #size(): number {
    return this.#entries.length - this.#head;
  }

  #at(number: number): Entry {
    return this.#entries[this.#head + number - this.#first]!;
  }

  /** Number of the newest entry whose trace has a smaller id. Ids ascend. */
  #numberBelow(traceRowId: number): number {
    let low = this.#first;
    let high = this.#first + this.#size;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#at(middle).trace.id < traceRowId) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #find(traceRowId: number): Entry | undefined {
    const number = this.#numberBelow(traceRowId) + 1;
    if (number >= this.#first + this.#size) return undefined;
    const entry = this.#at(number);
    return entry.trace.id === traceRowId ? entry : undefined;
  }

  #append(trace: TraceRow, known: KnownTrace, now: number): void {
    const bytes = bytesOf(trace.spans);
    const number = this.#first + this.#size;
    this.#entries.push({ trace, known, arrivedAt: now, bytes });
    this.#starts.push(number, trace.start);
    this.#spans += trace.spans.length;
    this.#bytes += bytes;
    if (!known.isRetained) this.#traces.set(trace.traceId, known);
    known.retain(trace);
  }

  #makeRoom(now: number): void {
    while (this.#spans > this.#maxSpans) this.#evict(now, 'spans');
    while (this.#bytes > this.#maxBytes) this.#evict(now, 'bytes');
  }

  #evict(at: number, reason: GoneReason): void {
    this.#release = { at, reason };
    this.#evicted += this.#at(this.#first).trace.spans.length;
    this.#releaseOldest();
  }

  #releaseOldest(): void {
    const { trace, known, bytes } = this.#at(this.#first);
    this.#entries[this.#head++] = undefined;
    this.#first++;
    this.#starts.release(this.#first);
    this.#compact();
    this.#spans -= trace.spans.length;
    this.#bytes -= bytes;
    // Parts are released in the order of arrival.
    known.releaseOldest();
    if (!known.isRetained) this.#traces.delete(trace.traceId);
    if (known.uses > 0 && this.#release.reason !== 'cleared') this.#examples.keep(known, trace, bytes);
    this.#bury(known);
  }

  /** Remembers the trace if nothing is left of it. */
  #bury(trace: KnownTrace): void {
    const { at, reason } = this.#release;
    if (trace.isGone) this.#tombstones.add(trace.traceId, at, reason);
  }

  /** Moves the entries to the front once half of the positions are empty. */
  #compact(): void {
    if (this.#head < 1_024 || this.#head * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }

  /** The trace, or the part of it that fits into an empty history; undefined if not even its first span fits. */
  #fitting(trace: TraceRow): TraceRow | undefined {
    const { id, traceId, spans } = trace;
    let bytes = TRACE_BYTES;
    let count = 0;
    while (count < spans.length && count < this.#maxSpans) {
      bytes += spans[count]!.bytes;
      if (bytes > this.#maxBytes) break;
      count++;
    }
    if (count === spans.length) return trace;
    return count === 0 ? undefined : toTraceRow(id, traceId, spans.slice(0, count), false);
  }
}

function bytesOf(spans: readonly SpanRow[]): number {
  return spans.reduce((sum, { bytes }) => sum + bytes, TRACE_BYTES);
}
