import type { TraceRow } from '../model/trace-row.js';
import type { KnownTrace } from './known-trace.js';

/** Share of the bounds that is freed at once, because finding the least useful traces takes a sort of all. */
const FREED_SHARE = 0.1;

export interface KeptExamplesOptions {
  /** Default 2,000. */
  readonly maxSpans?: number;
  /** Estimated bytes. Default 4 MiB. */
  readonly maxBytes?: number;
}

/**
 * Examples of stacks that were evicted from the history.
 *
 * Bounded by spans and by estimated bytes. Past a bound, the traces with the fewest uses per byte are given up, the
 * oldest first, until a tenth of the bounds is free: so the room serves as many examples as possible. A trace leaves
 * when it is no longer an example. A trace that exceeds a bound by itself is not kept.
 */
export class KeptExamples {
  readonly #maxSpans: number;
  readonly #maxBytes: number;
  /** Called with each trace that leaves. */
  readonly #onLeave: (trace: KnownTrace) => void;
  /** Oldest first. */
  readonly #traces = new Map<string, KnownTrace>();
  #spans = 0;
  #bytes = 0;
  #givenUp = 0;

  constructor(
    onLeave: (trace: KnownTrace) => void,
    { maxSpans = 2_000, maxBytes = 4 * 2 ** 20 }: KeptExamplesOptions = {},
  ) {
    this.#onLeave = onLeave;
    this.#maxSpans = maxSpans;
    this.#maxBytes = maxBytes;
  }

  get(traceId: string): KnownTrace | undefined {
    return this.#traces.get(traceId);
  }

  /** Keeps a part of an example. May give up other traces, or this one. */
  keep(trace: KnownTrace, part: TraceRow, bytes: number): void {
    const spans = (trace.kept?.spans ?? 0) + part.spans.length;
    if (spans > this.#maxSpans || (trace.kept?.bytes ?? 0) + bytes > this.#maxBytes) {
      this.#givenUp++;
      if (trace.kept !== undefined) this.#remove(trace);
      return;
    }
    if (trace.kept === undefined) {
      trace.kept = { parts: [], spans: 0, bytes: 0, leave: () => this.#remove(trace) };
      this.#traces.set(trace.traceId, trace);
    }
    trace.kept.parts.push(part);
    trace.kept.spans = spans;
    trace.kept.bytes += bytes;
    this.#spans += part.spans.length;
    this.#bytes += bytes;
    this.#makeRoom();
  }

  clear(): void {
    for (const trace of this.#traces.values()) this.#remove(trace);
    this.#givenUp = 0;
  }

  stats() {
    return {
      traces: this.#traces.size,
      spans: this.#spans,
      maxSpans: this.#maxSpans,
      bytes: this.#bytes,
      maxBytes: this.#maxBytes,
      givenUp: this.#givenUp,
    };
  }

  #makeRoom(): void {
    if (this.#spans <= this.#maxSpans && this.#bytes <= this.#maxBytes) return;
    const maxSpans = this.#maxSpans * (1 - FREED_SHARE);
    const maxBytes = this.#maxBytes * (1 - FREED_SHARE);
    const byUse = [...this.#traces.values()].sort((a, b) => usesPerByte(a) - usesPerByte(b));
    // The most useful trace fits alone, so it stays.
    byUse.pop();
    for (const trace of byUse) {
      if (this.#spans <= maxSpans && this.#bytes <= maxBytes) return;
      this.#givenUp++;
      this.#remove(trace);
    }
  }

  #remove(trace: KnownTrace): void {
    this.#traces.delete(trace.traceId);
    this.#spans -= trace.kept!.spans;
    this.#bytes -= trace.kept!.bytes;
    trace.kept = undefined;
    this.#onLeave(trace);
  }
}

function usesPerByte({ uses, kept }: KnownTrace): number {
  return uses / kept!.bytes;
}
