import { estimatedSpanBytes } from '../../model/estimated-bytes.js';
import type { ReadableSpan } from '../../model/otel.js';

/** Delivered spans of one trace that wait for the others. */
export class WaitingTrace {
  readonly spans: ReadableSpan[] = [];
  /** Of each span, about how many bytes it keeps alive. */
  readonly sizes: number[] = [];
  /** Of spans of other threads: their ids, and those of their parents that are still to come from there. */
  readonly foreign = new Set<string>();
  readonly awaited = new Set<string>();
  patience: NodeJS.Timeout | undefined;
  linger: NodeJS.Timeout | undefined;
}

/** Delivered spans that wait for the rest of their trace, and how much they are together. */
export class WaitingTraces {
  readonly #traces = new Map<string, WaitingTrace>();
  #spans = 0;
  #bytes = 0;

  get spans(): number {
    return this.#spans;
  }

  /** An estimate. */
  get bytes(): number {
    return this.#bytes;
  }

  get(traceId: string): WaitingTrace | undefined {
    return this.#traces.get(traceId);
  }

  /** The trace that has waited longest. */
  get oldest(): string | undefined {
    return this.#traces.keys().next().value;
  }

  /** The traces, the longest waiting first. The one at hand may be taken out. */
  ids(): Iterable<string> {
    return this.#traces.keys();
  }

  add(traceId: string, span: ReadableSpan): WaitingTrace {
    const trace = this.#traces.get(traceId) ?? new WaitingTrace();
    this.#traces.set(traceId, trace);
    const bytes = estimatedSpanBytes(span);
    trace.spans.push(span);
    trace.sizes.push(bytes);
    this.#spans++;
    this.#bytes += bytes;
    return trace;
  }

  /** Takes out the spans of a trace that came first, at most `max`; the trace too, if none of it is left. */
  take(traceId: string, max = Infinity): ReadableSpan[] {
    const trace = this.#traces.get(traceId);
    if (trace === undefined) return [];
    const spans = trace.spans.splice(0, max);
    const sizes = trace.sizes.splice(0, max);
    this.#spans -= spans.length;
    this.#bytes -= sizes.reduce((sum, bytes) => sum + bytes, 0);
    if (trace.spans.length === 0) this.#traces.delete(traceId);
    return spans;
  }
}
