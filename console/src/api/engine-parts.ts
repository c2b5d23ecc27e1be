import type {
  Complete,
  ErrorsContract,
  HistoryContract,
  LogsContract,
  ParseQuery,
  StacksContract,
  ValueIndexContract,
  WaitingSpans,
} from '../engine/contract.js';
import type { ConsoleStats } from './schemas.js';

/** The parts of the engine that `ConsoleApi` reads. */
export interface EngineParts {
  readonly history: HistoryContract;
  readonly stacks: StacksContract;
  readonly errors: ErrorsContract;
  readonly logs: LogsContract;
  readonly values: ValueIndexContract;
  readonly parse: ParseQuery;
  readonly complete: Complete;
  /** Spans that arrived since the start of the epoch. */
  received(): number;
  /** Spans per second over the last two seconds. */
  spansPerSecond(elapsed: number): number;
  waiting(): WaitingSpans;
  /**
   * Increases whenever an answer may have changed: by a trace, an orphan, a mark, a process, or when everything is
   * cleared.
   */
  version(): number;
  /** Empties every part. */
  clear(now: number): { readonly spans: number; readonly traces: number };
}

/** One start of the console's host. */
export interface Epoch {
  /** Letters, digits, dashes and underscores; different at each start of the host. */
  readonly id: string;
  readonly startedAt: number;
  readonly versions: { readonly console: string; readonly cache: string; readonly node: string };
}

/** Clock of the console, in milliseconds. */
export interface Clock {
  /** Since the Unix epoch. */
  now(): number;
  /** Monotonic, for rates and for the duration of an evaluation. */
  elapsed(): number;
}

/** Live streams of a server. */
export type StreamCounts = ConsoleStats['clients'];
