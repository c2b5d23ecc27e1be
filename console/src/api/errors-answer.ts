import type { HistoryContract, QueryContract } from '../engine/contract.js';
import type { Budget } from './budget.js';
import type { ErrorGroup } from './schemas.js';

/** The groups with a retained and matching trace among their latest ones, as far as time allows. */
export function* groupsMatching(
  groups: readonly ErrorGroup[],
  query: QueryContract,
  history: HistoryContract,
  budget: Budget,
): Generator<ErrorGroup> {
  for (const group of groups) {
    if (budget.over) return;
    if (query.empty || group.traces.some((traceId) => matches(traceId, query, history, budget))) yield group;
  }
}

function matches(traceId: string, query: QueryContract, history: HistoryContract, budget: Budget): boolean {
  return history.partsOf(traceId).some((part) => {
    if (!budget.spend(part.spans.length)) return false;
    return query.searchTrace(part, budget.isOver) === true;
  });
}
