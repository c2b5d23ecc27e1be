import type { ReadableSpan } from 'otel-span-cache';
import { toSpanRow } from '../../src/model/to-rows.js';
import type { SeenProcess } from '../../src/model/span-row.js';
import type { TraceRow } from '../../src/model/trace-row.js';
import { TracesInProgress } from '../../src/traces/traces-in-progress.js';
import { SHOP } from './rows.js';

/** Makes rows of traces that a cache has delivered, as the worker does of the spans that reach it. */
export class DeliveredRows {
  readonly #process: SeenProcess;
  readonly #finished: TraceRow[] = [];
  readonly #traces = new TracesInProgress((trace) => this.#finished.push(trace));

  constructor(process: SeenProcess = SHOP) {
    this.#process = process;
  }

  trace({ spans }: { readonly spans: readonly ReadableSpan[] }): TraceRow {
    for (const span of spans) this.#traces.add(toSpanRow(span, this.#process), false);
    this.#traces.endBatch();
    this.#traces.finishAll();
    return this.#finished.pop()!;
  }
}
