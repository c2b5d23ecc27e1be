import { assignMatches } from './maximum-matching.js';

/** An element of a list pattern, with the items that may stand for it. */
export interface Candidates {
  readonly times: number;
  /** By the item's index: how much the item differs, 0 if it matches. */
  readonly costs: ReadonlyMap<number, number>;
}

/**
 * Gives each element of a list pattern items of its own: as many as possible that match, then the nearest first. If an
 * ordered list can be matched in order, it is. Otherwise the order is ignored here.
 *
 * @returns by element: the indexes of its items, ascending, at most `times`
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

/** Each element takes the next items that match. Undefined if not all get enough. */
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
