import type { Expectation, KeysCheck, LeafCheck, ListCheck, NotCheck } from '../pattern/expectation.js';

/** How a record differs from what is expected of it. */
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
  /** One per element that is wanted, in the order of the pattern. */
  readonly places: readonly Place[];
  /** Number of further elements that are wanted, where far too few are there. */
  readonly shortBy: number;
  readonly unexpected: readonly object[];
  /** Further events, which are allowed. */
  readonly others: readonly object[];
}

/** An element that is wanted, and the record found for it. */
export interface Place {
  readonly expectation: Expectation;
  /** Undefined if no record of the list is near. */
  readonly found: Difference | undefined;
  readonly index: number;
  /** Whether it comes before the record found for the previous element of an ordered list. */
  readonly outOfOrder: boolean;
}

export interface NotFinding extends Found {
  readonly check: NotCheck;
  /** The value that should not be there. */
  readonly actual: unknown;
  /** The records that should not be there. */
  readonly records: readonly object[];
}
