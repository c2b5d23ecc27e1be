import type { Spread } from '../measure/statistics.js';

/** By how much a ratio may grow beyond its spread: machines differ. */
const TOLERANCE = 1.25;

/** A ratio near nothing may grow by that much of what the rival costs. */
const LEAST_TOLERANCE = 0.02;

/**
 * Whether a ratio is worse than it was: by more than a quarter, and more than the rounds of both runs differ among
 * themselves. All guarded ratios are such that less is better.
 */
export function isRegression(before: Spread, now: Spread): boolean {
  return now.median > mostAllowed(before, now);
}

/** The largest ratio that is no regression. */
export function mostAllowed(before: Spread, now: Spread): number {
  const grown = Math.max(before.median * TOLERANCE, before.median + LEAST_TOLERANCE);
  return grown + width(before) + width(now);
}

function width({ low, high }: Spread): number {
  return high - low;
}
