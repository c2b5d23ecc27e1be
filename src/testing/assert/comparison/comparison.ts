import { assignNearest, type Candidates } from '../assignment/nearest-first.js';
import { needsList, EDGE, isName, NAME_COST } from '../pattern/expectation.js';
import type { Expectation, KeysCheck, LeafCheck, ListCheck, NotCheck, Wanted } from '../pattern/expectation.js';
import { run, type Task } from '../task.js';
import type { Difference, Finding, KeysFinding, ListFinding, NotFinding, Place } from './difference.js';
import { Memo, type Matching } from './matching.js';

/** Budget of values compared for one list. Beyond it, only the records with the nearest own values are compared. */
const MAX_VALUES = 100_000;
const MIN_COMPARED = 4;

/**
 * Computes how records differ from a pattern, for failure reports.
 *
 * The cost is the number of differing values, in the record and in the records that belong to it, plus the number of
 * unexpected records. A missing record costs as much as its values. `assignNearest()` pairs lists.
 */
export class Comparison {
  readonly #matching: Matching;
  readonly #differences = new Memo<Expectation, Difference>();
  readonly #costsOfOwn = new Memo<Expectation, number>();

  constructor(matching: Matching) {
    this.#matching = matching;
  }

  compare(record: object, expectation: Expectation): Difference {
    return run(this.#compare(record, expectation));
  }

  /** @param always whether to pair records even if they have nothing in common with the pattern */
  compareList(items: readonly object[], check: ListCheck, always = false): ListFinding {
    return run(this.#compareList(items, check, always));
  }

  /** The differences of all items, or of a long list's nearest candidates, by ascending cost. */
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
      // Report a recorded exception as different, rather than the expected one as missing.
      const always = check.kind === 'list' && check.relation === 'exception';
      findings.push(
        check.kind === 'list' ? yield* this.#compareList(check.read(record), check, always) : this.#find(record, check),
      );
    }
    const cost = sum(findings.map((finding) => finding.cost));
    return this.#differences.write(expectation, record, { record, expectation, findings, cost });
  }

  *#compareList(items: readonly object[], check: ListCheck, always: boolean): Task<ListFinding> {
    const { exact, ordered } = check;
    const { wanted, shortBy } = wantedAmong(check, items.length);
    const elements: Candidates[] = [];
    for (const { expectation, times } of wanted) {
      const costs = new Map<number, number>();
      for (const index of this.#nearest(items, expectation, times)) {
        const difference = (yield this.#compare(items[index] as object, expectation)) as Difference;
        if (always || this.#isNear(difference, exact)) costs.set(index, difference.cost);
      }
      elements.push({ times, costs });
    }

    const free = new Set(items.keys());
    const places: Place[] = [];
    let previous = -1;
    for (const [element, indexes] of assignNearest(elements, ordered).entries()) {
      const { expectation, times } = wanted[element] as Wanted;
      for (const index of indexes) {
        const found = (yield this.#compare(items[index] as object, expectation)) as Difference;
        places.push({ expectation, found, index, outOfOrder: ordered && index < previous });
        free.delete(index);
        previous = index;
      }
      for (let count = indexes.length; count < times; count++) {
        places.push({ expectation, found: undefined, index: -1, outOfOrder: false });
      }
    }
    const left = exact || check.relation === 'event' ? [...free].map((index) => items[index] as object) : [];
    const [unexpected, others] = exact ? [left, []] : [[], left];
    const costs = places.map(({ expectation, found, outOfOrder }) =>
      found === undefined ? expectation.missingCost : found.cost + (outOfOrder ? 1 : 0),
    );
    return { check, places, shortBy, unexpected, others, cost: sum(costs) + unexpected.length + shortBy };
  }

  /** Indexes of the items to compare: all, or in a long list the matches and the items with the nearest own values. */
  #nearest(items: readonly object[], expectation: Expectation, times: number): Iterable<number> {
    const atMost = Math.max(MIN_COMPARED, times, Math.floor(MAX_VALUES / expectation.valueCount));
    if (items.length <= atMost) return items.keys();
    const costs = items.map((item) =>
      this.#matching.matches(item, expectation) ? -1 : this.#costOfOwn(item, expectation),
    );
    return [...items.keys()].sort((a, b) => (costs[a] as number) - (costs[b] as number)).slice(0, atMost);
  }

  #find(record: object, check: LeafCheck | KeysCheck | NotCheck): Finding {
    if (check.kind === 'keys') return findKeys(record, check);
    if (check.kind === 'not') return this.#findNot(record, check);
    const actual = check.read(record);
    if (this.#matching.holds(record, check)) return { check, cost: 0, actual };
    return { check, cost: isName(check) ? NAME_COST - EDGE * likeness(actual, check.leaf.text) : 1, actual };
  }

  #findNot(record: object, check: NotCheck): NotFinding {
    const cost = this.#matching.holds(record, check) ? 0 : 1;
    const inner = check.check;
    if (inner.kind === 'leaf') return { check, cost, actual: inner.read(record), records: [] };
    const records =
      cost === 0
        ? []
        : inner
            .read(record)
            .filter((item) => inner.wanted.some(({ expectation }) => this.#matching.matches(item, expectation)));
    return { check, cost, actual: undefined, records };
  }

  #costOfOwn(record: object, expectation: Expectation): number {
    return this.#costsOfOwn.get(expectation, record, () => {
      const costs = expectation.checks.map((check) => {
        return check.kind === 'list' || needsList(check) ? 0 : this.#find(record, check).cost;
      });
      return sum(costs);
    });
  }

  /** Whether to report a record as a differing match: its name matches, or it costs no more than a missing record. */
  #isNear({ cost, findings, expectation }: Difference, exact: boolean): boolean {
    if (findings.some((finding) => isName(finding.check) && finding.cost === 0)) return true;
    // In an exact list, leaving the record unpaired would cost 1 as well.
    return cost <= expectation.missingCost + (exact ? 1 : 0);
  }
}

/** Similarity of two names, from 0 to 1: the share of characters in their common prefix and suffix. */
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

/** Caps the `times` of each element at one more than there are records, and counts the rest in `shortBy`. */
function wantedAmong({ wanted }: ListCheck, available: number): { wanted: Wanted[]; shortBy: number } {
  let shortBy = 0;
  const shown = wanted.map(({ expectation, times }) => {
    const some = Math.min(times, available + 1);
    shortBy += times - some;
    return { expectation, times: some };
  });
  return { wanted: shown, shortBy };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
