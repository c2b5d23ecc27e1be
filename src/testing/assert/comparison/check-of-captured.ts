import type { ListCheck, Wanted } from '../pattern/expectation.js';

/** The check of all that was captured, as the list of no record. Partial and in any order, unless it is `exact`. */
export function checkOfCaptured(records: readonly object[], wanted: Wanted, exact = false): ListCheck {
  return { kind: 'list', relation: 'child', wanted: [wanted], exact, ordered: false, read: () => records };
}
