import type { BenchCase, Curves, Plot } from '../case.js';
import { alternate, type Variant } from '../measure/alternate.js';
import { medianOf, ratios } from '../measure/statistics.js';

/** The cache, or the implementation that it is compared with. */
export type Line = 'cache' | 'other';

export interface FlatOptions {
  readonly what: string;
  /** Description of the other implementation, shown because most of the cost is the SDK's. */
  readonly other: string;
  readonly plot: Plot;
  readonly sizes: readonly number[];
  /** The size with which each other size is measured in turn, so that disturbances affect both. */
  readonly base: number;
  readonly processes: number;
  readonly v8Flags?: readonly string[];
  /** How often a round repeats the work for a size. */
  readonly count: (size: number) => number;
  readonly at: (size: number, line: Line) => Variant;
  /** Items per repetition, which are the plot's x. By default one item, and the size is x. */
  readonly items?: (size: number) => number;
}

/**
 * A case whose cost per item should not depend on a size. The most expensive size may cost at most twice as much as the
 * cheapest.
 */
export function flatCase(name: string, options: FlatOptions): BenchCase {
  const { what, other: byHand, plot, sizes, processes, v8Flags = [] } = options;
  const bar = { limit: 2 };
  return {
    name,
    rows: [
      { id: name, what, against: 'the cheapest size', unit: 'times', bar, byHand },
      { id: `${name}-beside`, what: 'the same, at the size that compares worst', against: byHand, unit: 'ns' },
    ],
    guarded: false,
    processes,
    v8Flags,
    timeShare: 3,
    plot,
    async measure(millis) {
      const curves = await measureCurves(options, millis / sizes.length);
      const [cache, other] = Object.values(curves.lines) as [readonly number[], readonly number[]];
      const compared = ratios(cache, other);
      const worst = compared.indexOf(Math.max(...compared));
      const samples = {
        [name]: { ours: [dearest(cache)], theirs: [1], byHand: [dearest(other)] },
        [`${name}-beside`]: { ours: [cache[worst]!], theirs: [other[worst]!] },
      };
      return { samples, curves };
    },
  };
}

/** The cost of the most expensive size, relative to the cheapest. */
function dearest(costs: readonly number[]): number {
  return Math.max(...costs) / Math.min(...costs);
}

async function measureCurves(
  { sizes, base, other, count, at, items }: FlatOptions,
  millisPerSize: number,
): Promise<Curves> {
  const nanosAtBase: number[] = [];
  /** By round, relative to the base without the cache. */
  const costsOf = async (line: Line) => {
    const costs: number[] = [];
    for (const size of sizes) {
      const variants = [at(size, line), { ...at(base, 'other'), count: count(base) }];
      const [atSize, atBase] = await alternate(variants, { count: count(size), millis: millisPerSize / 2 });
      costs.push(medianOf(ratios(atSize!, atBase!)) / (items?.(size) ?? 1));
      nanosAtBase.push(medianOf(atBase!));
    }
    return costs;
  };
  // The cache comes last, and its largest size at the end, because its timers keep waiting items alive.
  const others = await costsOf('other');
  const cache = await costsOf('cache');
  const nanos = medianOf(nanosAtBase);
  const inNanos = (costs: readonly number[]) => costs.map((each) => each * nanos);
  return { x: items ? sizes.map(items) : sizes, lines: { 'with the cache': inNanos(cache), [other]: inNanos(others) } };
}
