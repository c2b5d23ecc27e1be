import { expect } from 'chai';
import fc from 'fast-check';
import { alignAtLeastCost } from '../../../src/testing/expect/assignment/least-cost-alignment.js';
import { canAssignAll } from '../../../src/testing/expect/assignment/maximum-matching.js';
import { assignAtLeastCost } from '../../../src/testing/expect/assignment/minimum-cost.js';

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

describe('canAssignAll', () => {
  it('agrees with trying all ways', () => {
    fc.assert(
      fc.property(matrices(5), (costs) => {
        const columns = costs[0]?.length ?? 0;

        const assigned = canAssignAll(costs.length, columns, (row, column) => costs[row]![column] === 0);

        expect(assigned).to.equal(leastCost(costs.map((row) => row.map((cost) => (cost === 0 ? 0 : 1))), 1, false) === 0);
      }),
      { numRuns: 1000 },
    );
  });

  it('moves a long chain of rows for the last one', () => {
    const rows = 2000;

    // Row n takes columns n and n + 1; the last row only the first column.
    const assigned = canAssignAll(rows, rows, (row, column) =>
      row === rows - 1 ? column === 0 : column === row || column === row + 1,
    );

    expect(assigned).to.equal(true);
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
      { numRuns: 1000 },
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
      { numRuns: 1000 },
    );
  });
});
