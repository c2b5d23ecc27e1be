import type { Expectation, KeysCheck, LeafCheck, ListCheck, NotCheck } from '../pattern/expectation.js';

/** How a record differs from its expectation. */
export interface Difference {
  readonly record: object;
  readonly expectation: Expectation;
  readonly cost: number;
  readonly findings: readonly Finding[];
}

export type Finding = LeafFinding | KeysFinding | ListFinding | NotFinding;

interface Found {
  /** 0 if the check holds. */
  readonly cost: number;
}

export interface LeafFinding extends Found {
  readonly check: LeafCheck;
  readonly actual: unknown;
}

export interface KeysFinding extends Found {
  readonly check: KeysCheck;
  readonly unexpected: readonly string[];
  readonly attributes: object;
}

export interface ListFinding extends Found {
  readonly check: ListCheck;
  /** One for each expected element, in the order of the pattern. */
  readonly places: readonly Place[];
  /** Number of missing elements that have no place in `places`, because far too many are missing. */
  readonly shortBy: number;
  readonly unexpected: readonly object[];
  /** Events that the pattern allows but does not mention. */
  readonly others: readonly object[];
}

/** An expected element, and the record paired with it. */
export interface Place {
  readonly expectation: Expectation;
  /** Undefined if no record of the list is near enough. */
  readonly found: Difference | undefined;
  readonly index: number;
  /** Whether the record precedes the one paired with the previous element of an ordered list. */
  readonly outOfOrder: boolean;
}

export interface NotFinding extends Found {
  readonly check: NotCheck;
  /** The value that should not be there. */
  readonly actual: unknown;
  /** The records that should not be there. */
  readonly records: readonly object[];
}
