/** The middle of many values, between the quarter and the three-quarter mark. */
export interface Spread {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/**
 * Of values that are not all numbers it is none: sorted among the others, that could go unseen.
 *
 * @throws RangeError if there are no values
 */
export function spreadOf(values: readonly number[]): Spread {
  if (values.some(Number.isNaN)) return { low: NaN, median: NaN, high: NaN };
  const sorted = values.toSorted((a, b) => a - b);
  return { low: quantile(sorted, 0.25), median: quantile(sorted, 0.5), high: quantile(sorted, 0.75) };
}

export function medianOf(values: readonly number[]): number {
  return spreadOf(values).median;
}

/** The ratio of each value to its partner in the other list: the one that was measured right beside it. */
export function ratios(values: readonly number[], others: readonly number[]): number[] {
  return values.map((value, i) => value / others[i]!);
}

/** What each value is above its partner in the other list. */
export function differences(values: readonly number[], others: readonly number[]): number[] {
  return values.map((value, i) => value - others[i]!);
}

/** The value that only one in a thousand exceeds. */
export function p999Of(values: readonly number[]): number {
  return quantile(values.toSorted((a, b) => a - b), 0.999);
}

/** Interpolates between the two values around the mark. */
function quantile(sorted: readonly number[], part: number): number {
  if (sorted.length === 0) throw new RangeError('there are no values');
  const at = part * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  return below + (above - below) * (at - Math.floor(at));
}
