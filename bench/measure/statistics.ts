/** The median and the quartiles of values. */
export interface Spread {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/**
 * All members are `NaN` if a value is `NaN`, which could otherwise go unnoticed among the sorted values.
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

/** The ratio of each value to the value with the same index in the other list, which was measured in the same round. */
export function ratios(values: readonly number[], others: readonly number[]): number[] {
  return values.map((value, i) => value / others[i]!);
}

/** The difference of each value and the value with the same index in the other list. */
export function differences(values: readonly number[], others: readonly number[]): number[] {
  return values.map((value, i) => value - others[i]!);
}

/** The 99.9th percentile. */
export function p999Of(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.999,
  );
}

/** Interpolates between the two nearest values. */
function quantile(sorted: readonly number[], part: number): number {
  if (sorted.length === 0) throw new RangeError('there are no values');
  const at = part * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  return below + (above - below) * (at - Math.floor(at));
}
