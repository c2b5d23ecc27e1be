/**
 * Milliseconds by which the start of a span may be too early.
 *
 * The JavaScript SDK truncates the start of a span to a millisecond, and measures only the duration precisely. So the
 * second of two spans that ran one after the other may seem to start before the end of the first, and a child may seem
 * to end after its parent.
 */
export const CLOCK_MILLIS = 1;
