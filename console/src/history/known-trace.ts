import type { ExampleTrace } from '../engine/contract.js';
import type { TraceRow } from '../model/trace-row.js';

/** Parts of an example that were evicted from the history, and kept beyond it. */
export interface KeptParts {
  readonly parts: TraceRow[];
  spans: number;
  bytes: number;
}

/** A trace of which the history retains parts, or keeps some as an example. */
export class KnownTrace implements ExampleTrace {
  readonly traceId: string;
  uses = 0;
  /** In the order of arrival. */
  retained: TraceRow[] = [];
  /** Earlier than the retained ones. */
  kept: KeptParts | undefined = undefined;

  constructor(traceId: string) {
    this.traceId = traceId;
  }

  get isGone(): boolean {
    return this.retained.length === 0 && this.kept === undefined;
  }

  retain(part: TraceRow): void {
    // A literal, because most traces have one part, and `push()` reserves room for more.
    if (this.retained.length === 0) this.retained = [part];
    else this.retained.push(part);
  }
}
