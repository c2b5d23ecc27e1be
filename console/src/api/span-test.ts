import type { QueryContract } from '../engine/contract.js';
import type { SpanRow } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';
import type { Budget } from './budget.js';

/**
 * Returns a test for whether a span matches a query. Once the time is over, no span matches, and the answer is partial.
 */
export function spanTest(query: QueryContract, budget: Budget): (span: SpanRow, trace: TraceRow) => boolean {
  return (span, trace) => {
    if (!budget.spend()) return false;
    return query.empty || query.within(budget.isOver, () => query.matchesSpan(span, trace)) === true;
  };
}
