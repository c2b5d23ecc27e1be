import type { Leaf } from './leaf.js';

/*
 * Compiled patterns. Spans, events, links and logs are compared alike: each is a record with values and with lists of
 * further records.
 */

export interface LeafCheck {
  readonly kind: 'leaf';
  readonly label: string;
  readonly leaf: Leaf;
  /** Whether the value is a field of the record, and not an attribute. */
  readonly isField: boolean;
  readonly read: (record: object) => unknown;
}

export interface KeysCheck {
  readonly kind: 'keys';
  readonly allowed: ReadonlySet<string>;
  readonly read: (record: object) => object;
}

/** Relation of the elements of a list to their record. */
export type Relation = 'child' | 'descendant' | 'event' | 'exception' | 'link' | 'span';

/** Records that belong to a record. Each wanted element must be another one of them. */
export interface ListCheck {
  readonly kind: 'list';
  readonly relation: Relation;
  readonly wanted: readonly Wanted[];
  /** Whether no others are allowed. */
  readonly exact: boolean;
  /** Whether they must come in this order. */
  readonly ordered: boolean;
  readonly read: (record: object) => readonly object[];
}

export interface NotCheck {
  readonly kind: 'not';
  readonly check: LeafCheck | ListCheck;
}

export type Check = LeafCheck | KeysCheck | ListCheck | NotCheck;

/** What a record is expected to be: all checks must hold. */
export interface Expectation {
  readonly checks: readonly Check[];
  /** Cost of a missing record, in values that differ; also of the farthest record that may stand for it. */
  readonly missingCost: number;
  readonly valueCount: number;
}

/**
 * Weight of a name; any other value weighs 1. A span of the right name with two wrong attributes is nearer than one
 * with the right attributes and another name.
 */
export const NAME_COST = 3;
/** Tie-breaker: a record that matches by name only still counts as near. */
export const EDGE = 0.5;
/** Values that a list of descendants counts as, because every span above compares the same descendants. */
const VALUES_OF_DESCENDANTS = 5_000;

export function expectationOf(checks: readonly Check[]): Expectation {
  // With a name, a record of another name is near if the rest is right; without, if one value is right.
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

/** Whether it is the check of a span's or event's name, which is not that of an attribute called `name`. */
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

/** The check of all captured records, as a list that belongs to no record. */
export function checkOfCaptured(records: readonly object[], wanted: Wanted, exact = false): ListCheck {
  return listCheck('child', () => records, [wanted], { exact });
}

/** Whether it can only be compared with spans that have their children. */
export function needsChildren({ checks }: Expectation): boolean {
  return checks.some((check) => {
    const { kind, relation } = askedBy(check) as Partial<ListCheck>;
    return kind === 'list' && (relation === 'child' || relation === 'descendant');
  });
}

/** Whether it is about records that belong to the record, and not about the record's own values. */
export function asksForList(check: Check): boolean {
  return askedBy(check).kind === 'list';
}

function askedBy(check: Check): Check {
  return check.kind === 'not' ? check.check : check;
}
