import type { Samples } from '../case.js';
import { medianOf, ratios, spreadOf, type Spread } from '../measure/statistics.js';

/** Result of a row: its ratios, and the absolute medians for orientation. */
export interface Figure {
  readonly ratio: Spread;
  readonly ours: number;
  readonly theirs: number;
  readonly byHand?: Spread;
}

/** Pools the rounds of one or more processes. */
export function figureOf(all: readonly Samples[]): Figure {
  const ours = all.flatMap((samples) => samples.ours);
  const theirs = all.flatMap((samples) => samples.theirs);
  const byHand = all.flatMap((samples) => samples.byHand ?? []);
  return {
    ratio: spreadOf(ratios(ours, theirs)),
    ours: medianOf(ours),
    theirs: medianOf(theirs),
    ...(byHand.length > 0 && { byHand: spreadOf(ratios(byHand, theirs)) }),
  };
}
