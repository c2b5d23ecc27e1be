import type { Spread } from '../measure/statistics.js';

/** Factor by which a ratio may grow, because machines differ. */
const TOLERANCE = 1.25;

/** A ratio near 0 may grow by this part of the rival's cost. */
const LEAST_TOLERANCE = 0.02;

/** Maximum spread of the rounds, as a part of their median. A larger one could hide a doubling. */
const WIDEST = 0.5;

/**
 * The comparison of a measured ratio with the earlier one.
 *
 * - `worse`: it has grown by more than a quarter, and by more than the spread of the rounds
 * - `fine`: it is not worse
 * - `unclear`: it is not worse, but the spread of the rounds is so large that even a doubled ratio might not be
 * - `broken`: it is not a number
 */
export type Look = 'worse' | 'fine' | 'unclear' | 'broken';

/** For all guarded ratios, lower is better. */
export function lookAt(before: Spread, now: Spread): Look {
  if (![now.low, now.median, now.high].every(Number.isFinite)) return 'broken';
  if (now.median > mostAllowed(before, now)) return 'worse';
  return width(now) > Math.max(now.median * WIDEST, LEAST_TOLERANCE) ? 'unclear' : 'fine';
}

/** The largest ratio that is not a regression. */
export function mostAllowed({ median }: Spread, now: Spread): number {
  return Math.max(median * TOLERANCE, median + LEAST_TOLERANCE, median + width(now));
}

function width({ low, high }: Spread): number {
  return high - low;
}
