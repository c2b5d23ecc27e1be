import type { CapturedNode } from '../../../trace/captured-span.js';
import { canAssignAll, type Row } from '../assignment/maximum-matching.js';
import { needsList, innerOf } from '../pattern/expectation.js';
import type { Check, Expectation, LeafCheck, ListCheck } from '../pattern/expectation.js';
import { PatternError } from '../pattern/leaf.js';
import { nodeOf } from '../pattern/shape.js';
import { run, type Task } from '../task.js';
import { DescendantRanges, lowerBound } from './descendant-ranges.js';

/**
 * Decides whether records match expectations, and memoizes the verdicts.
 *
 * Each record is compared with each expectation once, which keeps the work polynomial however deep spans and patterns
 * nest. Each function in a pattern is called once per value, so that the report agrees with the verdict. Descendants are
 * searched once per tree, not once per ancestor.
 */
export class Matching {
  readonly #matches = new Memo<Expectation, boolean>();
  readonly #leaves = new Memo<LeafCheck, boolean>();
  readonly #ranges = new DescendantRanges();
  /** Indexes of the matching spans, keyed by the list of a tree's spans. */
  readonly #found = new Memo<Expectation, readonly number[]>();

  matches(record: object, expectation: Expectation): boolean {
    return this.#byOwnValues(record, expectation) ?? run(this.#match(record, expectation));
  }

  holds(record: object, check: Check): boolean {
    return needsList(check) ? run(this.#listCheckHolds(record, check)) : this.#ownCheckHolds(record, check);
  }

  /** Whether each expected element can be paired with a different item. */
  listHolds(items: readonly object[], check: ListCheck): boolean {
    return run(this.#listHolds(items, check));
  }

  *#match(record: object, expectation: Expectation): Task<boolean> {
    const known = this.#byOwnValues(record, expectation);
    if (known !== undefined) return known;
    let verdict = true;
    for (const check of expectation.checks) {
      verdict = !needsList(check) || (yield* this.#listCheckHolds(record, check));
      if (!verdict) break;
    }
    return this.#matches.write(expectation, record, verdict);
  }

  /** Undefined if the verdict depends on lists of the record that have not been compared yet. */
  #byOwnValues(record: object, expectation: Expectation): boolean | undefined {
    const { checks } = expectation;
    for (const check of checks) if (!needsList(check) && !this.#ownCheckHolds(record, check)) return false;
    return checks.some(needsList) ? this.#matches.read(expectation, record) : true;
  }

  #ownCheckHolds(record: object, check: Check): boolean {
    if (check.kind === 'leaf') return this.#leafHolds(record, check);
    if (check.kind === 'keys') return Object.keys(check.read(record)).every((key) => check.allowed.has(key));
    return !this.#leafHolds(record, innerOf(check) as LeafCheck);
  }

  *#listCheckHolds(record: object, check: Check): Task<boolean> {
    const inner = innerOf(check) as ListCheck;
    const holds =
      inner.relation === 'descendant'
        ? yield* this.#descendantsHold(nodeOf(record), inner)
        : yield* this.#listHolds(inner.read(record), inner);
    return holds === (inner === check);
  }

  *#listHolds(items: readonly object[], { wanted, exact, ordered }: ListCheck): Task<boolean> {
    const count = countOf(wanted);
    if (count > items.length || (exact && count < items.length)) return false;
    if (ordered) return yield* this.#areInOrder(items, wanted);

    const rows: Row[] = [];
    for (const { expectation, times } of wanted) {
      const accepted = yield* this.#positions(items, expectation, count);
      if (accepted.length < times) return false;
      rows.push({ times, accepted });
    }
    return canAssignAll(rows);
  }

  *#descendantsHold(span: CapturedNode, { wanted, exact, ordered }: ListCheck): Task<boolean> {
    const { spans, from, to } = this.#ranges.of(span);
    const count = countOf(wanted);
    if (count > to - from || (exact && count < to - from)) return false;

    const rows: Row[] = [];
    for (const { expectation, times } of wanted) {
      const known = this.#found.read(expectation, spans);
      const found =
        known ?? this.#found.write(expectation, spans, yield* this.#positions(spans, expectation, Infinity));
      const first = lowerBound(found, from);
      const last = ordered ? lowerBound(found, to) : Math.min(first + count, lowerBound(found, to));
      if (last - first < times) return false;
      rows.push({ times, accepted: found.slice(first, last) });
    }
    if (!ordered) return canAssignAll(rows);
    const inQuestion = [...new Set(rows.flatMap(({ accepted }) => accepted))].sort((a, b) => a - b);
    const byStart = inQuestion.map((index) => spans[index] as CapturedNode).sort((a, b) => a.startTime - b.startTime);
    return yield* this.#areInOrder(byStart, wanted);
  }

  *#positions(items: readonly object[], expectation: Expectation, atMost: number): Task<number[]> {
    const positions: number[] = [];
    for (let index = 0; index < items.length && positions.length < atMost; index++) {
      const item = items[index] as object;
      if (this.#byOwnValues(item, expectation) ?? (yield this.#match(item, expectation))) positions.push(index);
    }
    return positions;
  }

  /** Greedy: taking the first matching item leaves the most items for the elements that follow. */
  *#areInOrder(items: readonly object[], wanted: ListCheck['wanted']): Task<boolean> {
    let next = 0;
    for (const { expectation, times } of wanted) {
      let missing = times;
      for (; missing > 0 && next < items.length; next++) {
        const item = items[next] as object;
        if (this.#byOwnValues(item, expectation) ?? (yield this.#match(item, expectation))) missing--;
      }
      if (missing > 0) return false;
    }
    return true;
  }

  #leafHolds(record: object, check: LeafCheck): boolean {
    if (!check.leaf.callsCode) return matchesLeaf(check, record);
    return this.#leaves.get(check, record, () => matchesLeaf(check, record));
  }
}

/** Returns a matcher that compares each record once, for lists that are searched again as they grow. Records are frozen. */
export function memoizedMatcher(expectation: Expectation): (record: object) => boolean {
  const matching = new Matching();
  return (record) => matching.matches(record, expectation);
}

function countOf(wanted: ListCheck['wanted']): number {
  return wanted.reduce((sum, { times }) => sum + times, 0);
}

/** A predicate that throws rejects the value. Mistakes in the predicate itself, such as a ReferenceError, are rethrown. */
function matchesLeaf({ leaf, read }: LeafCheck, record: object): boolean {
  try {
    return leaf.matches(read(record));
  } catch (error) {
    if (error instanceof PatternError || (error as Error | undefined)?.name === 'ReferenceError') throw error;
    return false;
  }
}

/** Memoized values by key and record. Holds records weakly. */
export class Memo<K extends object, V> {
  readonly #values = new Map<K, WeakMap<object, V>>();

  read(key: K, record: object): V | undefined {
    return this.#values.get(key)?.get(record);
  }

  write(key: K, record: object, value: V): V {
    let ofKey = this.#values.get(key);
    if (ofKey === undefined) this.#values.set(key, (ofKey = new WeakMap<object, V>()));
    ofKey.set(record, value);
    return value;
  }

  get(key: K, record: object, make: () => V): V {
    return this.read(key, record) ?? this.write(key, record, make());
  }
}
