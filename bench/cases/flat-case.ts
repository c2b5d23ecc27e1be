import type { BenchCase, Curves, Plot } from '../case.js';
import { alternate, type Variant } from '../measure/alternate.js';
import { medianOf, ratios } from '../measure/statistics.js';

/** Who does the work: the cache, or what it is shown beside. */
export type Line = 'cache' | 'other';

export interface FlatOptions {
  readonly what: string;
  /** What stands beside the cache, as most of the cost is the SDK's own. */
  readonly other: string;
  readonly plot: Plot;
  readonly sizes: readonly number[];
  /** The size that every other is measured beside: what the machine does meanwhile hits them alike. */
  readonly base: number;
  readonly processes: number;
  readonly v8Flags?: readonly string[];
  /** What a round does, as often. */
  readonly count: (size: number) => number;
  readonly at: (size: number, line: Line) => Variant;
  /** The items of each time, if the size says how many: they are the plot's x. By default one, and the size is x. */
  readonly items?: (size: number) => number;
}

/**
 * A case whose cost per item should not depend on a size: from its cheapest to its dearest size it may at most
 * double.
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

/** In times of the cheapest. */
function dearest(costs: readonly number[]): number {
  return Math.max(...costs) / Math.min(...costs);
}

async function measureCurves({ sizes, base, other, count, at, items }: FlatOptions, millisPerSize: number): Promise<Curves> {
  const nanosAtBase: number[] = [];
  /** In times of the base without the cache, round by round. */
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
  // The cache last, its largest size at the end: its timers keep alive what waits in it.
  const others = await costsOf('other');
  const cache = await costsOf('cache');
  const nanos = medianOf(nanosAtBase);
  const inNanos = (costs: readonly number[]) => costs.map((each) => each * nanos);
  return { x: items ? sizes.map(items) : sizes, lines: { 'with the cache': inNanos(cache), [other]: inNanos(others) } };
}
