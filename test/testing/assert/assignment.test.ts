import { expect } from 'chai';
import fc from 'fast-check';
import { canAssignAll } from '../../../src/testing/assert/assignment/maximum-matching.js';
import { runs } from '../../property-runs.js';
import { assignNearest, type Candidates } from '../../../src/testing/assert/assignment/nearest-first.js';

/** Costs by row and column. */
const matrices = (max: number): fc.Arbitrary<number[][]> =>
  fc
    .integer({ min: 0, max })
    .chain((columns) => fc.array(fc.array(fc.nat(4), { minLength: columns, maxLength: columns }), { maxLength: max }));

/** The least sum, by trying all ways. */
function leastCost(
  costs: number[][],
  none: number,
  inOrder: boolean,
  row = 0,
  free = new Set(costs[0]?.keys() ?? []),
): number {
  if (row === costs.length) return 0;
  const ways = [none + leastCost(costs, none, inOrder, row + 1, free)];
  for (const column of free) {
    const left = new Set([...free].filter((other) => (inOrder ? other > column : other !== column)));
    ways.push(costs[row]![column]! + leastCost(costs, none, inOrder, row + 1, left));
  }
  return Math.min(...ways);
}

/** Each row as often as it is wanted. */
const repeated = (costs: number[][], times: number[]): number[][] =>
  costs.flatMap((row, index) => new Array<number[]>(times[index]!).fill(row));

/** Costs, and how often each row is wanted. */
const priced = matrices(3).chain((costs) =>
  fc.tuple(
    fc.constant(costs),
    fc.array(fc.integer({ min: 1, max: 2 }), { minLength: costs.length, maxLength: costs.length }),
  ),
);

const elementsOf = (costs: number[][], times: number[]): Candidates[] =>
  costs.map((row, index) => ({ times: times[index]!, costs: new Map(row.entries()) }));

describe('canAssignAll', () => {
  it('agrees with an exhaustive search', () => {
    fc.assert(
      fc.property(priced, ([costs, times]) => {
        const rows = costs.map((row, index) => ({
          times: times[index]!,
          accepted: [...row.keys()].filter((column) => row[column] === 0),
        }));

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

describe('assignNearest', () => {
  it('makes as many matching pairs as an exhaustive search, each item once, then pairs the others while items remain', () => {
    fc.assert(
      fc.property(priced, ([costs, times]) => {
        const assigned = assignNearest(elementsOf(costs, times), false);

        const paired = assigned.flatMap((items, row) => items.map((item) => costs[row]![item]!));
        const misses = repeated(costs, times).map((row) => row.map((cost) => (cost === 0 ? 0 : 1)));
        expect(new Set(assigned.flat()).size).to.equal(assigned.flat().length);
        expect(paired.filter((cost) => cost === 0)).to.have.length(misses.length - leastCost(misses, 1, false));
        expect(paired).to.have.length(Math.min(misses.length, costs[0]?.length ?? 0));
      }),
      { numRuns: runs(1000) },
    );
  });

  it('keeps the order if all can match in order', () => {
    fc.assert(
      fc.property(priced, ([costs, times]) => {
        const assigned = assignNearest(elementsOf(costs, times), true).flat();

        const misses = repeated(costs, times).map((row) => row.map((cost) => (cost === 0 ? 0 : 1)));
        if (leastCost(misses, 1, true) > 0) return;
        expect(assigned).to.have.length(misses.length);
        expect(assigned).to.deep.equal(assigned.toSorted((a, b) => a - b));
      }),
      { numRuns: runs(1000) },
    );
  });

  it('uses each item once, near ones first, among many', () => {
    const costs = new Map(Array.from({ length: 20_000 }, (_, item) => [item, item % 3]));

    const assigned = assignNearest(
      [
        { times: 5_000, costs },
        { times: 5_000, costs },
      ],
      false,
    );

    expect(assigned.map(({ length }) => length)).to.deep.equal([5_000, 5_000]);
    expect(new Set(assigned.flat()).size).to.equal(10_000);
    expect(assigned.flat().filter((item) => item % 3 === 0)).to.have.length(6_667);
  });

  it('uses the next matching items of a long ordered list', () => {
    const costs = (free: number): Map<number, number> =>
      new Map(Array.from({ length: 20_000 }, (_, item) => [item, item % 2 === free ? 0 : 1]));

    const assigned = assignNearest(
      [
        { times: 5_000, costs: costs(1) },
        { times: 1, costs: costs(0) },
      ],
      true,
    );

    expect(assigned[0]).to.deep.equal(Array.from({ length: 5_000 }, (_, index) => 2 * index + 1));
    expect(assigned[1]).to.deep.equal([10_000]);
  });
});
