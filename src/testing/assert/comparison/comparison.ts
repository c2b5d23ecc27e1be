import { alignColumns, assignColumns, type PricedRows } from '../assignment/price-list.js';
import {
  asksForList,
  type Check,
  type Expectation,
  type KeysCheck,
  type LeafCheck,
  type ListCheck,
  type NotCheck,
  type Wanted,
} from '../pattern/expectation.js';
import { run, type Task } from '../task.js';
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

/** Values that are compared for one list at most: of more records, those are that seem nearest by their own values. */
const MAX_VALUES = 100_000;

/** Records compared at least, however much is asked of each. */
const MIN_COMPARED = 4;

/** How many values a list of descendants counts for: each of the spans above has them all. */
const VALUES_OF_DESCENDANTS = 5_000;

interface Weight {
  /** What a record costs in which nothing is right. */
  readonly cost: number;
  /** How many values are compared for one record, about. */
  readonly values: number;
}

/**
 * How far records are from what is expected of them, and in what.
 *
 * The cost is the number of values that differ, in the record and in all that belongs to it, and of
 * records that should not be there; a missing one counts as its values do. Lists are paired up so that
 * the cost is least, as far as the lists are short. Made for reports: only for what does not match.
 */
export class Comparison {
  readonly #matching: Matching;
  readonly #differences = new Memo<Expectation, Difference>();
  readonly #costsOfOwn = new Memo<Expectation, number>();
  readonly #weights = new Map<Expectation, Weight>();

  constructor(matching: Matching) {
    this.#matching = matching;
  }

  compare(record: object, expectation: Expectation): Difference {
    return run(this.#compare(record, expectation));
  }

  /** @param always whether to pair up also what has nothing in common, as long as there is something */
  compareList(items: readonly object[], check: ListCheck, always = false): ListFinding {
    return run(this.#compareList(items, check, always));
  }

  /** The items that differ least, the nearest first; of many, those whose own values are nearest. */
  nearest(items: readonly object[], expectation: Expectation): Difference[] {
    return [...this.#nearest(items, expectation, 1)]
      .map((index) => this.compare(items[index] as object, expectation))
      .sort((a, b) => a.cost - b.cost);
  }

  *#compare(record: object, expectation: Expectation): Task<Difference> {
    const known = this.#differences.read(expectation, record);
    if (known !== undefined) return known;
    const findings: Finding[] = [];
    for (const check of expectation.checks) {
      // If there is an exception, it is the one that differs, and none is missing.
      const always = check.kind === 'list' && check.relation === 'exception';
      findings.push(check.kind === 'list' ? yield* this.#compareList(check.read(record), check, always) : this.#find(record, check));
    }
    const difference = { record, expectation, findings, cost: sum(findings.map(({ cost }) => cost)) };
    this.#differences.write(expectation, record, difference);
    return difference;
  }

  *#compareList(items: readonly object[], check: ListCheck, always: boolean): Task<ListFinding> {
    const { exact, ordered } = check;
    const { wanted, shortBy } = wantedAmong(check, items.length);
    const kinds: PricedRows[] = [];
    for (const { expectation, times } of wanted) {
      const prices = new Map<number, number>();
      for (const index of this.#nearest(items, expectation, times)) {
        prices.set(index, this.#distance((yield this.#compare(items[index] as object, expectation)) as Difference));
      }
      // What is left over costs as well where nothing else is allowed.
      kinds.push({ times, prices, priceOfNone: always ? FAR : this.#costOfNone(expectation) + (exact ? 1 : 0) });
    }
    const columns = ordered ? alignColumns(kinds, items.length) : assignColumns(kinds);

    const free = new Set(items.keys());
    for (const taken of columns) for (const column of taken) free.delete(column);
    const places: Place[] = [];
    for (const [kind, { expectation, times }] of wanted.entries()) {
      const found = columns[kind] as number[];
      const elsewhere = ordered ? this.#matchingAmong(free, items, expectation, times - found.length) : [];
      for (const [position, index] of [...found, ...elsewhere].entries()) {
        const difference = (yield this.#compare(items[index] as object, expectation)) as Difference;
        places.push({ expectation, found: difference, index, outOfOrder: position >= found.length });
      }
      for (let count = found.length + elsewhere.length; count < times; count++) {
        places.push({ expectation, found: undefined, index: -1, outOfOrder: false });
      }
    }
    const left = exact || check.relation === 'event' ? [...free].map((index) => items[index] as object) : [];
    const [unexpected, others] = exact ? [left, []] : [[], left];
    const costs = places.map(({ expectation, found, outOfOrder }) =>
      found === undefined ? this.#costOfNone(expectation) : found.cost + (outOfOrder ? 1 : 0),
    );
    return { check, places, shortBy, unexpected, others, cost: sum(costs) + unexpected.length + shortBy };
  }

  /** Which of the items are worth comparing: all, or of many those that match or whose own values are nearest. */
  #nearest(items: readonly object[], expectation: Expectation, times: number): Iterable<number> {
    const atMost = Math.max(MIN_COMPARED, times, Math.floor(MAX_VALUES / this.#weightOf(expectation).values));
    if (items.length <= atMost) return items.keys();
    const costs = items.map((item) => (this.#matching.matches(item, expectation) ? -1 : this.#costOfOwn(item, expectation)));
    return [...items.keys()].sort((a, b) => (costs[a] as number) - (costs[b] as number)).slice(0, atMost);
  }

  /** Takes out of `free` the first items that match. */
  #matchingAmong(free: Set<number>, items: readonly object[], expectation: Expectation, atMost: number): number[] {
    const found: number[] = [];
    if (atMost === 0) return found;
    for (const index of free) {
      if (!this.#matching.matches(items[index] as object, expectation)) continue;
      found.push(index);
      free.delete(index);
      if (found.length === atMost) break;
    }
    return found;
  }

  #find(record: object, check: LeafCheck | KeysCheck | NotCheck): Finding {
    switch (check.kind) {
      case 'leaf':
        return this.#findLeaf(record, check);
      case 'keys':
        return findKeys(record, check);
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

  /** What a record costs by its own values, whatever belongs to it. */
  #costOfOwn(record: object, expectation: Expectation): number {
    let cost = this.#costsOfOwn.read(expectation, record);
    if (cost === undefined) {
      cost = 0;
      for (const check of expectation.checks) {
        if (check.kind !== 'list' && !asksForList(check)) cost += this.#find(record, check).cost;
      }
      this.#costsOfOwn.write(expectation, record, cost);
    }
    return cost;
  }

  /** The cost; of a record of the right name never as much as none at all, whatever else it has. */
  #distance({ cost, findings, expectation }: Difference): number {
    const none = this.#costOfNone(expectation);
    const named = findings.some((finding) => isName(finding.check) && finding.cost === 0);
    return named && cost > none - EDGE ? none - EDGE / (1 + cost) : cost;
  }

  /** More than any record of the right name costs; where no name is wanted, one value at least must be right. */
  #costOfNone(expectation: Expectation): number {
    const named = expectation.checks.some(isName);
    const others = this.#weightOf(expectation).cost - (named ? NAME_COST : 0);
    return Math.max(EDGE, named ? others + EDGE : others - EDGE);
  }

  #weightOf(expectation: Expectation): Weight {
    const known = this.#weights.get(expectation);
    if (known !== undefined) return known;
    const all = [expectation];
    for (const { checks } of all) {
      for (const check of checks) if (check.kind === 'list') for (const wanted of check.wanted) all.push(wanted.expectation);
    }
    // From the last on: each comes before those inside it.
    for (const inner of all.reverse()) this.#weights.set(inner, this.#weigh(inner));
    return this.#weights.get(expectation) as Weight;
  }

  #weigh({ checks }: Expectation): Weight {
    let cost = 0;
    let values = 1;
    for (const check of checks) {
      values += check.kind === 'list' && check.relation === 'descendant' ? VALUES_OF_DESCENDANTS : 1;
      if (check.kind === 'leaf') cost += weightOf(check);
      if (check.kind !== 'list') continue;
      for (const { expectation, times } of check.wanted) {
        cost += times * this.#costOfNone(expectation);
        values += this.#weightOf(expectation).values;
      }
    }
    return { cost, values };
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

/** What is wanted, of each expectation at most one more than there are records. */
function wantedAmong({ wanted }: ListCheck, available: number): { wanted: Wanted[]; shortBy: number } {
  let shortBy = 0;
  const shown = wanted.map(({ expectation, times }) => {
    const some = Math.min(times, available + 1);
    shortBy += times - some;
    return { expectation, times: some };
  });
  return { wanted: shown, shortBy };
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
