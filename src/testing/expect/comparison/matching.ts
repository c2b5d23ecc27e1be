import { canAssignAll } from '../assignment/maximum-matching.js';
import type { Check, Expectation, LeafCheck, ListCheck } from '../pattern/expectation.js';
import { PatternError } from '../pattern/leaf.js';

/**
 * Whether records are as expected.
 *
 * Each record is compared with each expectation once, so that the work is polynomial however spans and
 * patterns nest; and each function of a pattern is called once per value, so that the report says what
 * the verdict was about.
 */
export class Matching {
  readonly #matches = new Memo<Expectation, boolean>();
  readonly #leaves = new Memo<LeafCheck, boolean>();

  matches(record: object, expectation: Expectation): boolean {
    return this.#matches.get(expectation, record, () =>
      expectation.checks.every((check) => this.holds(record, check)),
    );
  }

  holds(record: object, check: Check): boolean {
    switch (check.kind) {
      case 'leaf':
        return this.#leaves.get(check, record, () => matchesLeaf(check, record));
      case 'keys':
        return Object.keys(check.read(record)).every((key) => check.allowed.has(key));
      case 'list':
        return this.listHolds(check.read(record), check);
      case 'not':
        return !this.holds(record, check.check);
      default:
        return check satisfies never;
    }
  }

  /** Whether each that is wanted is there, and is another one. */
  listHolds(items: readonly object[], { wanted, exact, ordered }: ListCheck): boolean {
    const count = wanted.reduce((sum, { times }) => sum + times, 0);
    if (count > items.length || (exact && count < items.length)) return false;
    const rows = wanted.flatMap(({ expectation, times }) => new Array<Expectation>(times).fill(expectation));
    const accepts = (row: number, column: number): boolean =>
      this.matches(items[column] as object, rows[row] as Expectation);
    return ordered ? canPlaceInOrder(rows.length, items.length, accepts) : canAssignAll(rows.length, items.length, accepts);
  }
}

/**
 * Whether records match, for those who look again and again while more of them come. A record that does not match
 * is compared once: records are frozen.
 */
export function matchesEachOnce(expectation: Expectation): (record: object) => boolean {
  const rejected = new WeakSet<object>();
  return (record) => {
    if (rejected.has(record)) return false;
    const isMatch = new Matching().matches(record, expectation);
    if (!isMatch) rejected.add(record);
    return isMatch;
  };
}

/** The first column that fits leaves the most for the rows after it. */
function canPlaceInOrder(rows: number, columns: number, accepts: (row: number, column: number) => boolean): boolean {
  let row = 0;
  for (let column = 0; column < columns && row < rows; column++) if (accepts(row, column)) row++;
  return row === rows;
}

/** A predicate that fails on a value does not accept it. One that cannot work at all is a mistake of the test. */
function matchesLeaf({ leaf, read }: LeafCheck, record: object): boolean {
  try {
    return leaf.matches(read(record));
  } catch (error) {
    if (error instanceof PatternError || (error as Error | undefined)?.name === 'ReferenceError') throw error;
    return false;
  }
}

/** What was found for a record and something it was compared with. */
export class Memo<K extends object, V> {
  readonly #values = new Map<K, Map<object, V>>();

  get(key: K, record: object, find: () => V): V {
    let ofKey = this.#values.get(key);
    if (ofKey === undefined) this.#values.set(key, (ofKey = new Map<object, V>()));
    let value = ofKey.get(record);
    if (value === undefined) ofKey.set(record, (value = find()));
    return value;
  }
}
