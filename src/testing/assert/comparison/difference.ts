import type { Expectation, KeysCheck, LeafCheck, ListCheck, NotCheck } from '../pattern/expectation.js';

/** How a record differs from what is expected of it. */
export interface Difference {
  readonly record: object;
  readonly expectation: Expectation;
  /** 0 if it does not. */
  readonly cost: number;
  /** One per check. */
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
  /** Elements that are wanted and are not even looked at one by one, there being far too few. */
  readonly shortBy: number;
  /** Elements that should not be there. */
  readonly unexpected: readonly object[];
  /** Events that may be there, and stand in no place. */
  readonly others: readonly object[];
}

/** An element that is wanted, and what was found in its place. */
export interface Place {
  readonly expectation: Expectation;
  /** Undefined if nothing in the list is near. */
  readonly found: Difference | undefined;
  /** Where in the list it was found. */
  readonly index: number;
  /** Whether the list has it, only not in the order that is wanted. */
  readonly outOfOrder: boolean;
}

export interface NotFinding extends Found {
  readonly check: NotCheck;
  /** What holds and should not. */
  readonly actual: unknown;
  readonly records: readonly object[];
}
