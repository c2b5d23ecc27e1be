import { expect } from 'chai';
import fc from 'fast-check';
import { alignAtLeastCost } from '../../../src/testing/assert/assignment/least-cost-alignment.js';
import { canAssignAll } from '../../../src/testing/assert/assignment/maximum-matching.js';
import { assignAtLeastCost } from '../../../src/testing/assert/assignment/minimum-cost.js';
import { alignColumns, assignColumns, type PricedRows } from '../../../src/testing/assert/assignment/price-list.js';
import { runs } from '../../property-runs.js';

/** Costs by row and column. */
const matrices = (max: number): fc.Arbitrary<number[][]> =>
  fc.integer({ min: 0, max }).chain((columns) =>
    fc.array(fc.array(fc.nat(4), { minLength: columns, maxLength: columns }), { maxLength: max }),
  );

/** The least sum, by trying all ways. */
function leastCost(costs: number[][], none: number, inOrder: boolean, row = 0, free = new Set(costs[0]?.keys() ?? [])): number {
  if (row === costs.length) return 0;
  const ways = [none + leastCost(costs, none, inOrder, row + 1, free)];
  for (const column of free) {
    const left = new Set([...free].filter((other) => (inOrder ? other > column : other !== column)));
    ways.push(costs[row]![column]! + leastCost(costs, none, inOrder, row + 1, left));
  }
  return Math.min(...ways);
}

function costOf(columnOf: number[], costs: number[][], none: number): number {
  return columnOf.reduce((sum, column, row) => sum + (column < 0 ? none : costs[row]![column]!), 0);
}

/** Each row as often as it is wanted. */
const repeated = (costs: number[][], times: number[]): number[][] =>
  costs.flatMap((row, index) => new Array<number[]>(times[index]!).fill(row));

/** Costs, how often each row is wanted, and what none costs. */
const priced = matrices(3).chain((costs) =>
  fc.tuple(
    fc.constant(costs),
    fc.array(fc.integer({ min: 1, max: 2 }), { minLength: costs.length, maxLength: costs.length }),
    fc.integer({ min: 1, max: 5 }),
  ),
);

const kindsOf = (costs: number[][], times: number[], priceOfNone: number): PricedRows[] =>
  costs.map((row, index) => ({ times: times[index]!, prices: new Map(row.entries()), priceOfNone }));

function costOfTaken(taken: number[][], costs: number[][], times: number[], none: number): number {
  return taken.reduce((sum, columns, row) => {
    const missing = times[row]! - columns.length;
    return sum + missing * none + columns.reduce((paid, column) => paid + costs[row]![column]!, 0);
  }, 0);
}

describe('canAssignAll', () => {
  it('agrees with trying all ways', () => {
    fc.assert(
      fc.property(priced, ([costs, times]) => {
        const rows = costs.map((row, index) => ({ times: times[index]!, accepted: [...row.keys()].filter((column) => row[column] === 0) }));

        const assigned = canAssignAll(rows);

        const misses = repeated(costs, times).map((row) => row.map((cost) => (cost === 0 ? 0 : 1)));
        expect(assigned).to.equal(leastCost(misses, 1, false) === 0);
      }),
      { numRuns: runs(1000) },
    );
  });

  it('moves a long chain of rows for the last one', () => {
    const count = 2000;

    // Row n takes columns n and n + 1; the last row only the first column.
    const assigned = canAssignAll(
      Array.from({ length: count }, (_, row) => ({ times: 1, accepted: row === count - 1 ? [0] : [row, row + 1] })),
    );

    expect(assigned).to.equal(true);
  });
});

describe('assignColumns', () => {
  it('agrees with trying all ways', () => {
    fc.assert(
      fc.property(priced, ([costs, times, none]) => {
        const taken = assignColumns(kindsOf(costs, times, none));

        expect(new Set(taken.flat()).size).to.equal(taken.flat().length);
        expect(costOfTaken(taken, costs, times, none)).to.equal(leastCost(repeated(costs, times), none, false));
      }),
      { numRuns: runs(1000) },
    );
  });

  it('gives each column once, and a cheap one first, where there are too many to work it out', () => {
    const prices = new Map(Array.from({ length: 20_000 }, (_, column) => [column, column % 3]));

    const taken = assignColumns([
      { times: 5_000, prices, priceOfNone: 9 },
      { times: 5_000, prices, priceOfNone: 9 },
    ]);

    expect(taken.map(({ length }) => length)).to.deep.equal([5_000, 5_000]);
    expect(new Set(taken.flat()).size).to.equal(10_000);
    expect(taken.flat().filter((column) => column % 3 === 0)).to.have.length(6_667);
  });
});

describe('alignColumns', () => {
  it('agrees with trying all ways that keep the order', () => {
    fc.assert(
      fc.property(priced, ([costs, times, none]) => {
        const columns = costs[0]?.length ?? 0;

        const taken = alignColumns(kindsOf(costs, times, none), columns);

        expect(taken.flat()).to.deep.equal([...new Set(taken.flat())].toSorted((a, b) => a - b));
        expect(costOfTaken(taken, costs, times, none)).to.equal(leastCost(repeated(costs, times), none, true));
      }),
      { numRuns: runs(1000) },
    );
  });

  it('takes the next column that costs nothing where there are too many to work it out', () => {
    const prices = (free: number): Map<number, number> => new Map(Array.from({ length: 20_000 }, (_, column) => [column, column % 2 === free ? 0 : 1]));

    const taken = alignColumns(
      [
        { times: 5_000, prices: prices(1), priceOfNone: 9 },
        { times: 1, prices: prices(0), priceOfNone: 9 },
      ],
      20_000,
    );

    expect(taken[0]).to.deep.equal(Array.from({ length: 5_000 }, (_, index) => 2 * index + 1));
    expect(taken[1]).to.deep.equal([10_000]);
  });
});

describe('assignAtLeastCost', () => {
  it('agrees with trying all ways', () => {
    fc.assert(
      fc.property(matrices(5), fc.integer({ min: 1, max: 5 }), (costs, none) => {
        const columns = costs[0]?.length ?? 0;

        const columnOf = assignAtLeastCost(costs.length, columns, (row, column) => costs[row]![column]!, () => none);

        const taken = columnOf.filter((column) => column >= 0);
        expect(new Set(taken).size).to.equal(taken.length);
        expect(costOf(columnOf, costs, none)).to.equal(leastCost(costs, none, false));
      }),
      { numRuns: runs(1000) },
    );
  });
});

describe('alignAtLeastCost', () => {
  it('agrees with trying all ways that keep the order', () => {
    fc.assert(
      fc.property(matrices(5), fc.integer({ min: 1, max: 5 }), (costs, none) => {
        const columns = costs[0]?.length ?? 0;

        const columnOf = alignAtLeastCost(costs.length, columns, (row, column) => costs[row]![column]!, () => none);

        const taken = columnOf.filter((column) => column >= 0);
        expect(taken).to.deep.equal([...new Set(taken)].toSorted((a, b) => a - b));
        expect(costOf(columnOf, costs, none)).to.equal(leastCost(costs, none, true));
      }),
      { numRuns: runs(1000) },
    );
  });
});
