import type { Bar } from './report/bar.js';

/** A benchmark, run by `npm run bench -- <name>`. */
export interface BenchCase {
  readonly name: string;
  /** The figures it measures. */
  readonly rows: readonly Row[];
  /** Whether `--check` includes it. */
  readonly guarded: boolean;
  /** How long it measures, relative to other cases. Default 1. */
  readonly timeShare?: number;
  /** Number of processes in which it runs, one after the other: V8 may compile the same code differently in each. */
  readonly processes: number;
  readonly v8Flags?: readonly string[];
  /** The plot of its curves, if it has any. */
  readonly plot?: Plot;
  /** Measures for about the given time. Called in a separate process. */
  measure(millis: number): Promise<Measured>;
}

/** A figure, and the rival that it is compared with. */
export interface Row {
  readonly id: string;
  readonly what: string;
  readonly against: string;
  readonly unit: 'ns' | 'µs' | 'ms' | 'B' | 'kB' | 'MB' | '1/s' | 'times' | 'rows';
  /** The limit of the ratio. Without it, the ratio is only informative. */
  readonly bar?: Bar;
  /** Description of a minimal implementation of the same work. */
  readonly byHand?: string;
}

export interface Measured {
  /** By row id. */
  readonly samples: Readonly<Record<string, Samples>>;
  readonly curves?: Curves;
}

/** Values with the same index belong to the same round. */
export interface Samples {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  readonly byHand?: readonly number[];
}

/** Cost by size: each line has one value for each x. */
export interface Curves {
  readonly x: readonly number[];
  readonly lines: Readonly<Record<string, readonly number[]>>;
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
}
