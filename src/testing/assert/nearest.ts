import { Comparison } from './comparison/comparison.js';
import type { Difference } from './comparison/difference.js';
import { Matching } from './comparison/matching.js';
import { checkOfCaptured, type Expectation } from './pattern/expectation.js';
import { Notes } from './report/notes.js';
import { titleOf } from './report/describe.js';

/** How many of the nearest are described. */
const MAX_NEAREST = 3;

/** The records that come nearest, the nearest first; without those that have nothing in common. */
export function nearestOf(records: readonly object[], expectation: Expectation): Difference[] {
  return new Comparison(new Matching()).nearest(records, expectation).filter(hasSomethingRight);
}

/** A line for each of the first items that have one, and no further lines made. */
export function firstLinesOf<T>(items: readonly T[], lineOf: (item: T) => string | undefined): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const line = lineOf(item);
    if (line !== undefined) lines.push(line);
    if (lines.length === MAX_NEAREST) break;
  }
  return lines;
}

/** What differs in a record, a line each. */
export function differencesIn(difference: Difference): string[] {
  const { record, expectation } = difference;
  const notes = new Notes();
  notes.writeList({
    check: checkOfCaptured([record], { expectation, times: 1 }),
    places: [{ expectation, found: difference, index: 0, outOfOrder: false }],
    shortBy: 0,
    unexpected: [],
    others: [],
    cost: difference.cost,
  });
  const own = `${titleOf(record)}: `;
  return notes.all.map((text) => (text.startsWith(own) ? text.slice(own.length) : text));
}

/** One that fails in all there is to fail in is not near. With one thing asked for, all are equally near. */
function hasSomethingRight({ findings }: Difference): boolean {
  return findings.length < 2 || findings.some(({ cost }) => cost === 0);
}
