import type { EngineParts } from '../api/engine-parts.js';
import type { WaitingSpans } from './contract.js';
import type { LogRow } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';
import { ArrivalRate } from './arrival-rate.js';

/** The parts that the engine connects. */
export type Parts = Pick<EngineParts, 'history' | 'stacks' | 'errors' | 'logs' | 'values' | 'parse' | 'complete'>;

/** The engine's view of the source of spans. */
export interface Arrivals {
  waiting(): WaitingSpans;
}

/**
 * Passes each finished trace to the parts that keep and count it.
 *
 * If one part fails on a trace, the others still receive it. The engine has no clock: times are passed in.
 */
export class Engine implements EngineParts {
  readonly history: Parts['history'];
  readonly stacks: Parts['stacks'];
  readonly errors: Parts['errors'];
  readonly logs: Parts['logs'];
  readonly values: Parts['values'];
  readonly parse: Parts['parse'];
  readonly complete: Parts['complete'];
  readonly #arrivals: Arrivals;
  readonly #rate = new ArrivalRate();
  #received = 0;
  #failed = 0;
  #version = 0;

  constructor(parts: Parts, arrivals: Arrivals) {
    this.history = parts.history;
    this.stacks = parts.stacks;
    this.errors = parts.errors;
    this.logs = parts.logs;
    this.values = parts.values;
    this.parse = parts.parse;
    this.complete = parts.complete;
    this.#arrivals = arrivals;
  }

  /** Number of calls of a part that failed because of a bug of this package. */
  get failed(): number {
    return this.#failed;
  }

  received(): number {
    return this.#received;
  }

  /** @param elapsed as in `count()` */
  spansPerSecond(elapsed: number): number {
    return this.#rate.perSecond(elapsed);
  }

  waiting(): WaitingSpans {
    return this.#arrivals.waiting();
  }

  version(): number {
    return this.#version;
  }

  /** Registers a change outside the engine, such as a process that joined. */
  touch(): void {
    this.#version++;
  }

  /**
   * Counts arrived spans.
   *
   * @param elapsed milliseconds on a monotonic clock: a wall clock that is set back would stop the rate
   */
  count(spans: number, elapsed: number): void {
    this.#received += spans;
    this.#rate.add(spans, elapsed);
  }

  /** Adds a finished trace. */
  addTrace(trace: TraceRow, now: number): void {
    this.#version++;
    const example = this.#guard(() => this.history.exampleOf(trace.traceId));
    // First, because the other parts look up stacks of spans there, and the history keeps the examples named there.
    this.#guard(() => this.stacks.add(trace, now, example));
    this.#guard(() => this.history.add(trace, now));
    this.#guard(() => this.errors.add(trace, now));
    for (const span of trace.spans) this.#guard(() => this.values.add(span));
  }

  /** Adds a log record that belongs to no span. */
  addLog(log: LogRow): void {
    this.#version++;
    this.#guard(() => this.logs.addOrphan(log));
  }

  clear(now: number): { readonly spans: number; readonly traces: number } {
    this.#version++;
    const cleared = this.history.clear(now);
    this.#guard(() => this.stacks.clear(now));
    for (const part of [this.errors, this.logs, this.values]) this.#guard(() => part.clear());
    return cleared;
  }

  #guard<Result>(code: () => Result): Result | undefined {
    try {
      return code();
    } catch {
      this.#failed++;
      return undefined;
    }
  }
}
