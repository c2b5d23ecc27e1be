import type { Spread } from '../measure/statistics.js';

/** How many times as large a ratio may become: machines differ. */
const TOLERANCE = 1.25;

/** A ratio near nothing may grow by that much of what the rival costs. */
const LEAST_TOLERANCE = 0.02;

/** Rounds that differ by more than that part of their median would hide that it has doubled. */
const WIDEST = 0.5;

/**
 * What a look at a ratio tells, beside what it was.
 *
 * - `worse`: larger by more than a quarter, and by more than the rounds differ among themselves
 * - `fine`: it is not
 * - `unclear`: it is not worse, but the rounds differ so much that twice the ratio might not have been
 * - `broken`: it is no number
 */
export type Look = 'worse' | 'fine' | 'unclear' | 'broken';

/** All guarded ratios are such that less is better. */
export function lookAt(before: Spread, now: Spread): Look {
  if (![now.low, now.median, now.high].every(Number.isFinite)) return 'broken';
  if (now.median > mostAllowed(before, now)) return 'worse';
  return width(now) > Math.max(now.median * WIDEST, LEAST_TOLERANCE) ? 'unclear' : 'fine';
}

/** The largest ratio that is no regression. */
export function mostAllowed({ median }: Spread, now: Spread): number {
  return Math.max(median * TOLERANCE, median + LEAST_TOLERANCE, median + width(now));
}

function width({ low, high }: Spread): number {
  return high - low;
}
