import type { SpanRow } from '../model/span-row.js';

/** A span that ended this long before or after its arrival belongs to no time slot. */
export const LATE_MILLIS = 3_600_000;

/** Whether the span only counts in the totals. */
export function isLate(span: SpanRow, arrival: number): boolean {
  // Negated, so that `NaN` is late too.
  return !(Math.abs(span.start + span.duration - arrival) < LATE_MILLIS);
}

/** Duration in milliseconds; 0 if it is not a usable number. */
export function millisOf({ duration }: SpanRow): number {
  return duration > 0 && duration < Infinity ? duration : 0;
}
