import type { Leaf } from './leaf.js';

/*
 * Compiled patterns. Spans, events, links and log records all compile to the same shape: a record has values, and lists
 * of further records.
 */

export interface LeafCheck {
  readonly kind: 'leaf';
  readonly label: string;
  readonly leaf: Leaf;
  /** Whether the value is a field of the record. Otherwise it is an attribute. */
  readonly isField: boolean;
  readonly read: (record: object) => unknown;
}

export interface KeysCheck {
  readonly kind: 'keys';
  readonly allowed: ReadonlySet<string>;
  readonly read: (record: object) => object;
}

/** Relation of a list's elements to their record. */
export type Relation = 'child' | 'descendant' | 'event' | 'exception' | 'link' | 'span';

/** Checks the records that belong to a record. Each expected element must match a different one. */
export interface ListCheck {
  readonly kind: 'list';
  readonly relation: Relation;
  readonly wanted: readonly Wanted[];
  /** Whether further records are rejected. */
  readonly exact: boolean;
  /** Whether the records must come in the order of `wanted`. */
  readonly ordered: boolean;
  readonly read: (record: object) => readonly object[];
}

export interface NotCheck {
  readonly kind: 'not';
  readonly check: LeafCheck | ListCheck;
}

export type Check = LeafCheck | KeysCheck | ListCheck | NotCheck;

/** A compiled pattern. A record matches if all checks hold. */
export interface Expectation {
  readonly checks: readonly Check[];
  /** Cost of a missing record, in differing values. A record that differs more is not reported as a near match. */
  readonly missingCost: number;
  readonly valueCount: number;
}

/**
 * Cost of a wrong name; any other wrong value costs 1. So a span with the right name and two wrong attributes is nearer
 * than a span with the right attributes and another name.
 */
export const NAME_COST = 3;
/** Tie-breaker: a record that matches by name only still counts as near. */
export const EDGE = 0.5;
/** Number of values that a list of descendants counts as: every ancestor compares the same descendants again. */
const VALUES_OF_DESCENDANTS = 5_000;

export function expectationOf(checks: readonly Check[]): Expectation {
  // With a name in the pattern, a record of another name is near if the rest matches. Without one, a record is near if
  // one value matches.
  let missingCost = checks.some(isName) ? EDGE - NAME_COST : -EDGE;
  let valueCount = 1;
  for (const check of checks) {
    valueCount += check.kind === 'list' && check.relation === 'descendant' ? VALUES_OF_DESCENDANTS : 1;
    if (check.kind === 'leaf') missingCost += isName(check) ? NAME_COST : 1;
    if (check.kind !== 'list') continue;
    for (const { expectation, times } of check.wanted) {
      missingCost += times * expectation.missingCost;
      valueCount += expectation.valueCount;
    }
  }
  return { checks, missingCost: Math.max(EDGE, missingCost), valueCount };
}

/** Whether a check is for the name of a span or event, as opposed to an attribute called `name`. */
export function isName(check: Check): check is LeafCheck {
  return check.kind === 'leaf' && check.isField && check.label === 'name';
}

export interface Wanted {
  readonly expectation: Expectation;
  readonly times: number;
}

export function listCheck(
  relation: Relation,
  read: ListCheck['read'],
  wanted: readonly Wanted[],
  { exact = false, ordered = false } = {},
): ListCheck {
  return { kind: 'list', relation, wanted, exact, ordered, read };
}

/** A check of all captured records, which form a list without a parent record. */
export function checkOfCaptured(records: readonly object[], wanted: Wanted, exact = false): ListCheck {
  return listCheck('child', () => records, [wanted], { exact });
}

/** Whether the pattern can only be compared with spans that have their children. */
export function needsChildren({ checks }: Expectation): boolean {
  return checks.some((check) => {
    const inner = innerOf(check);
    return inner.kind === 'list' && isOfSpans(inner.relation);
  });
}

export function isOfSpans(relation: Relation): boolean {
  return relation === 'child' || relation === 'descendant';
}

/** Whether a check is about a list of further records, as opposed to the record's own values. */
export function needsList(check: Check): boolean {
  return innerOf(check).kind === 'list';
}

export function innerOf(check: Check): Exclude<Check, NotCheck> {
  return check.kind === 'not' ? check.check : check;
}
