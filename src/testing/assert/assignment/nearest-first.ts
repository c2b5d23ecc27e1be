import { assignMatches } from './maximum-matching.js';

/** An element of a list pattern, with the items that could match it. */
export interface Candidates {
  readonly times: number;
  /** Cost of each item, keyed by its index: 0 if it matches, more the more it differs. */
  readonly costs: ReadonlyMap<number, number>;
}

/**
 * Assigns items to the elements of a list pattern: as many matches as possible, then the remaining items by cost.
 *
 * An ordered list is matched in order where that is possible; otherwise its order is ignored.
 *
 * @returns for each element, the ascending indexes of its items: at most `times`
 */
export function assignNearest(elements: readonly Candidates[], ordered: boolean): number[][] {
  const matching = elements.map(({ times, costs }) => ({ times, accepted: matchesIn(costs) }));
  const inOrder = ordered ? assignInOrder(matching) : undefined;
  if (inOrder !== undefined) return inOrder;

  const assigned = assignMatches(matching);
  const taken = new Set(assigned.flat());
  const near = elements.flatMap(({ costs }, element) =>
    [...costs].filter(([, cost]) => cost > 0).map(([item, cost]) => ({ element, item, cost })),
  );
  for (const { element, item } of near.sort((a, b) => a.cost - b.cost)) {
    const items = assigned[element] as number[];
    if (taken.has(item) || items.length === elements[element]?.times) continue;
    taken.add(item);
    items.push(item);
  }
  return assigned.map(ascending);
}

/** Assigns to each element the next items that match. Undefined if an element gets fewer than `times`. */
function assignInOrder(elements: readonly { times: number; accepted: readonly number[] }[]): number[][] | undefined {
  const assigned: number[][] = [];
  let next = 0;
  for (const { times, accepted } of elements) {
    const items = accepted.filter((item) => item >= next).slice(0, times);
    if (items.length < times) return undefined;
    next = (items.at(-1) as number) + 1;
    assigned.push(items);
  }
  return assigned;
}

function matchesIn(costs: ReadonlyMap<number, number>): number[] {
  return ascending([...costs].filter(([, cost]) => cost === 0).map(([item]) => item));
}

function ascending(numbers: number[]): number[] {
  return numbers.sort((a, b) => a - b);
}
