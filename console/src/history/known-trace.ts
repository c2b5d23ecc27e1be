import type { ExampleTrace } from '../engine/contract.js';
import type { TraceRow } from '../model/trace-row.js';

/** Parts of an example that were evicted from the history, and kept beyond it. */
export interface KeptParts {
  readonly parts: TraceRow[];
  spans: number;
  bytes: number;
  readonly leave: () => void;
}

/** A trace of which the history retains parts, or keeps some as an example. */
export class KnownTrace implements ExampleTrace {
  readonly traceId: string;
  #uses = 0;
  /** Earlier than the retained parts. */
  kept: KeptParts | undefined = undefined;
  /** The retained parts, in the order of arrival. Most traces have one: a list would double the size of this record. */
  #first: TraceRow | undefined = undefined;
  #others: TraceRow[] | undefined = undefined;

  constructor(traceId: string) {
    this.traceId = traceId;
  }

  get uses(): number {
    return this.#uses;
  }

  /** Without a use, a trace is kept no longer. */
  set uses(uses: number) {
    this.#uses = uses;
    if (uses === 0) this.kept?.leave();
  }

  get isRetained(): boolean {
    return this.#first !== undefined;
  }

  get isGone(): boolean {
    return this.#first === undefined && this.kept === undefined;
  }

  get retained(): TraceRow[] {
    return this.#first === undefined ? [] : [this.#first, ...(this.#others ?? [])];
  }

  retain(part: TraceRow): void {
    if (this.#first === undefined) this.#first = part;
    else (this.#others ??= []).push(part);
  }

  /** Removes the oldest retained part. */
  releaseOldest(): void {
    this.#first = this.#others?.shift();
  }
}
