import { alignAtLeastCost } from '../assignment/least-cost-alignment.js';
import { assignAtLeastCost } from '../assignment/minimum-cost.js';
import type { Check, Expectation, KeysCheck, LeafCheck, ListCheck, NotCheck } from '../pattern/expectation.js';
import type { Difference, Finding, KeysFinding, LeafFinding, ListFinding, NotFinding, Place } from './difference.js';
import { Memo, type Matching } from './matching.js';

/**
 * How much a name counts, where any other value counts 1: a span of the right name with two wrong
 * attributes is nearer than one with the right attributes and another name.
 */
const NAME_COST = 3;

/** Decides between a record with nothing right but its name, which is near, and none. */
const EDGE = 0.5;

/** More than any distance. */
const FAR = 1e12;

/**
 * How far records are from what is expected of them, and in what.
 *
 * The cost is the number of values that differ, in the record and in all that belongs to it, and of
 * records that should not be there; a missing one counts as its values do. Lists are paired up so that
 * the cost is least. Made for reports: only for what does not match.
 */
export class Comparison {
  readonly #matching: Matching;
  readonly #differences = new Memo<Expectation, Difference>();
  readonly #weights = new Map<Expectation, number>();

  constructor(matching: Matching) {
    this.#matching = matching;
  }

  compare(record: object, expectation: Expectation): Difference {
    return this.#differences.get(expectation, record, () => {
      const findings = expectation.checks.map((check) => this.#find(record, check));
      return { record, expectation, findings, cost: sum(findings.map(({ cost }) => cost)) };
    });
  }

  /** @param always whether to pair up also what has nothing in common, as long as there is something */
  compareList(items: readonly object[], check: ListCheck, always = false): ListFinding {
    const { exact, ordered } = check;
    const { rows, shortBy } = rowsOf(check, items.length);
    const assign = ordered ? alignAtLeastCost : assignAtLeastCost;
    const columnOf = assign(
      rows.length,
      items.length,
      (row, column) => this.#distance(items[column] as object, rows[row] as Expectation),
      // What is left over costs as well where nothing else is allowed.
      (row) => (always ? FAR : this.#costOfNone(rows[row] as Expectation) + (exact ? 1 : 0)),
    );

    const free = new Set(items.keys());
    for (const column of columnOf) free.delete(column);
    const places = rows.map((expectation, row): Place => {
      const column = columnOf[row] as number;
      if (column >= 0) {
        return { expectation, found: this.compare(items[column] as object, expectation), index: column, outOfOrder: false };
      }
      const elsewhere = ordered ? [...free].find((index) => this.#matching.matches(items[index] as object, expectation)) : undefined;
      if (elsewhere === undefined) return { expectation, found: undefined, index: -1, outOfOrder: false };
      free.delete(elsewhere);
      return { expectation, found: this.compare(items[elsewhere] as object, expectation), index: elsewhere, outOfOrder: true };
    });
    const left = [...free].map((index) => items[index] as object);
    const [unexpected, others] = exact ? [left, []] : [[], left];
    const costs = places.map(({ expectation, found, outOfOrder }) =>
      found === undefined ? this.#costOfNone(expectation) : found.cost + (outOfOrder ? 1 : 0),
    );
    return { check, places, shortBy, unexpected, others, cost: sum(costs) + unexpected.length + shortBy };
  }

  #find(record: object, check: Check): Finding {
    switch (check.kind) {
      case 'leaf':
        return this.#findLeaf(record, check);
      case 'keys':
        return findKeys(record, check);
      case 'list':
        // If there is an exception, it is the one that differs, and none is missing.
        return this.compareList(check.read(record), check, check.relation === 'exception');
      case 'not':
        return this.#findNot(record, check);
      default:
        return check satisfies never;
    }
  }

  #findLeaf(record: object, check: LeafCheck): LeafFinding {
    const actual = check.read(record);
    if (this.#matching.holds(record, check)) return { check, cost: 0, actual };
    return { check, cost: isName(check) ? NAME_COST - EDGE * likeness(actual, check.leaf.text) : 1, actual };
  }

  #findNot(record: object, check: NotCheck): NotFinding {
    const cost = this.#matching.holds(record, check) ? 0 : 1;
    const inner = check.check;
    if (inner.kind === 'leaf') return { check, cost, actual: inner.read(record), records: [] };
    const records = cost === 0 ? [] : inner.read(record).filter((item) =>
      inner.wanted.some(({ expectation }) => this.#matching.matches(item, expectation)),
    );
    return { check, cost, actual: undefined, records };
  }

  /** The cost; of a record of the right name never as much as none at all, whatever else it has. */
  #distance(record: object, expectation: Expectation): number {
    const { cost, findings } = this.compare(record, expectation);
    const none = this.#costOfNone(expectation);
    const named = findings.some((finding) => isName(finding.check) && finding.cost === 0);
    return named && cost > none - EDGE ? none - EDGE / (1 + cost) : cost;
  }

  /** More than any record of the right name costs; where no name is wanted, one value at least must be right. */
  #costOfNone(expectation: Expectation): number {
    const named = expectation.checks.some(isName);
    const others = this.#weightOf(expectation) - (named ? NAME_COST : 0);
    return Math.max(EDGE, named ? others + EDGE : others - EDGE);
  }

  /** What a record costs in which nothing is right. */
  #weightOf(expectation: Expectation): number {
    let weight = this.#weights.get(expectation);
    if (weight === undefined) {
      weight = sum(expectation.checks.map((check) => this.#weightOfCheck(check)));
      this.#weights.set(expectation, weight);
    }
    return weight;
  }

  #weightOfCheck(check: Check): number {
    if (check.kind === 'leaf') return weightOf(check);
    if (check.kind !== 'list') return 0;
    return sum(check.wanted.map(({ expectation, times }) => times * this.#costOfNone(expectation)));
  }
}

/** From 0 to 1: how much of two names is the same from their start and from their end. */
function likeness(actual: unknown, expected: string | undefined): number {
  if (typeof actual !== 'string' || expected === undefined) return 0;
  const shorter = Math.min(actual.length, expected.length);
  let start = 0;
  while (start < shorter && actual[start] === expected[start]) start++;
  let end = 0;
  while (end < shorter - start && actual.at(-1 - end) === expected.at(-1 - end)) end++;
  return (start + end) / Math.max(actual.length, expected.length, 1);
}

function findKeys(record: object, check: KeysCheck): KeysFinding {
  const attributes = check.read(record);
  const unexpected = Object.keys(attributes).filter((key) => !check.allowed.has(key));
  return { check, unexpected, attributes, cost: unexpected.length };
}

/** One row per record that is wanted; of each expectation at most one more than there are records. */
function rowsOf({ wanted }: ListCheck, available: number): { rows: Expectation[]; shortBy: number } {
  let shortBy = 0;
  const rows = wanted.flatMap(({ expectation, times }) => {
    const shown = Math.min(times, available + 1);
    shortBy += times - shown;
    return new Array<Expectation>(shown).fill(expectation);
  });
  return { rows, shortBy };
}

function weightOf(check: LeafCheck): number {
  return isName(check) ? NAME_COST : 1;
}

function isName(check: Check): boolean {
  return check.kind === 'leaf' && check.isField && check.label === 'name';
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
