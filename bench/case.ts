import type { Bar } from './report/bar.js';

/** A benchmark: a command of its own, `npm run bench -- <name>`. */
export interface BenchCase {
  readonly name: string;
  /** The figures it measures. */
  readonly rows: readonly Row[];
  /** Part of the short form that guards the ratios. */
  readonly guarded: boolean;
  /** How long it measures, in times of what a case usually does. Default 1. */
  readonly timeShare?: number;
  /** In how many processes it runs, one after the other: V8 compiles the same code in more than one way. */
  readonly processes: number;
  readonly v8Flags?: readonly string[];
  /** Its curves, if it has any, as a plot. */
  readonly plot?: Plot;
  /** Measures for about that long, in a process of its own. */
  measure(millis: number): Promise<Measured>;
}

/** A figure: what is measured, and against what. */
export interface Row {
  readonly id: string;
  readonly what: string;
  readonly against: string;
  readonly unit: 'ns' | 'µs' | 'ms' | 'B' | '1/s' | 'times';
  /** None: it is shown for orientation. */
  readonly bar?: Bar;
  /** What the same work is, written by hand. */
  readonly byHand?: string;
}

export interface Measured {
  /** By the id of the row. */
  readonly samples: Readonly<Record<string, Samples>>;
  readonly curves?: Curves;
}

/** Values of one round stand at the same place. */
export interface Samples {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  readonly byHand?: readonly number[];
}

/** Cost over size: for each line one value for each x. */
export interface Curves {
  readonly x: readonly number[];
  readonly lines: Readonly<Record<string, readonly number[]>>;
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
}
