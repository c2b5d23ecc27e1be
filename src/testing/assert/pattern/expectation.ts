import type { Leaf } from './leaf.js';

/*
 * A pattern, checked and taken apart. Spans, events, links and logs are all compared in the same way:
 * each is a record with values, and with lists of further records.
 */

/** One value of a record. */
export interface LeafCheck {
  readonly kind: 'leaf';
  readonly label: string;
  readonly leaf: Leaf;
  /** Whether the value is one of the record's own, and not an attribute. */
  readonly isField: boolean;
  /** Undefined if the record has no such value. */
  readonly read: (record: object) => unknown;
}

/** The keys a record's attributes may have. */
export interface KeysCheck {
  readonly kind: 'keys';
  readonly allowed: ReadonlySet<string>;
  readonly read: (record: object) => object;
}

/** What the elements of a list are to their record. */
export type Relation = 'child' | 'descendant' | 'event' | 'exception' | 'link' | 'span';

/** Records that belong to a record. Each one that is wanted is to be another one. */
export interface ListCheck {
  readonly kind: 'list';
  readonly relation: Relation;
  readonly wanted: readonly Wanted[];
  /** Whether no others are allowed. */
  readonly exact: boolean;
  /** Whether they are to come in this order. */
  readonly ordered: boolean;
  readonly read: (record: object) => readonly object[];
}

/** What may not hold. */
export interface NotCheck {
  readonly kind: 'not';
  readonly check: LeafCheck | ListCheck;
}

export type Check = LeafCheck | KeysCheck | ListCheck | NotCheck;

/** What a record is expected to be. All checks are to hold. */
export interface Expectation {
  readonly checks: readonly Check[];
}

export interface Wanted {
  readonly expectation: Expectation;
  readonly times: number;
}

/** The check of all that was captured, as the list of no record. Partial and in any order, unless it is `exact`. */
export function checkOfCaptured(records: readonly object[], wanted: Wanted, exact = false): ListCheck {
  return { kind: 'list', relation: 'child', wanted: [wanted], exact, ordered: false, read: () => records };
}

/** Whether it is about the spans below a span. */
export function needsChildren({ checks }: Expectation): boolean {
  return checks.some((check) => {
    const { kind, relation } = askedBy(check) as Partial<ListCheck>;
    return kind === 'list' && (relation === 'child' || relation === 'descendant');
  });
}

/** Whether it is about records that belong to the record, and not about values of its own. */
export function asksForList(check: Check): boolean {
  return askedBy(check).kind === 'list';
}

function askedBy(check: Check): Check {
  return check.kind === 'not' ? check.check : check;
}
