import { AssertionError } from 'node:assert';
import type { WantedSpan } from '../assert/wanted-span.js';
import { NoSpansError, TraceTimeoutError } from '../capture/errors.js';
import type { TraceScope } from '../capture/trace-scope.js';

/* What every kind of scope says when it did not see what a test asked for. */

/** That no trace as asked for was complete. */
export function missedTrace(root: WantedSpan | undefined, traceId: string | undefined): string {
  const asked = [
    ...(root === undefined ? [] : [`root ${root.description}`]),
    ...(traceId === undefined ? [] : [`id ${traceId}`]),
  ];
  return `no trace${asked.length === 0 ? '' : ` with ${asked.join(' and ')}`} was complete`;
}

/**
 * The error of a wait that is over.
 *
 * @param missed what did not come
 * @param description what is there instead
 * @param frames the stack of who waited
 */
export function timeoutError(
  scope: TraceScope,
  missed: string,
  timeoutMillis: number,
  description: string,
  frames: readonly string[],
): TraceTimeoutError {
  const error = new TraceTimeoutError(`${missed} within ${timeoutMillis} ms, in ${scope.name}\n\n${description}\n`, scope);
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
  return error;
}

/** What a scope knows of spans that have not ended. */
export interface Unended {
  /** The spans that it has, ended or not. */
  readonly spans: readonly unknown[];
  /** A line for each that has not ended, or for the first of them. */
  readonly open: readonly string[];
  /** How many have not ended, if there is not a line for each. */
  readonly openCount?: number;
  /** That some have not. */
  readonly finding: string;
  readonly describe: () => string;
}

/**
 * Passes if a scope has spans and all of them have ended.
 *
 * @throws AssertionError if some have not, or if it cannot be told because there was no room for all
 * @throws NoSpansError if there is no span
 */
export function assertNoneOpen(scope: TraceScope, { spans, open, openCount = open.length, finding, describe }: Unended): void {
  if (spans.length === 0) {
    throw new NoSpansError(`${scope.name} has no span that could have ended: ${scope.explainNoSpans()}`, scope);
  }
  if (open.length === 0 && scope.droppedSpansCount === 0) return;
  const headline = open.length === 0 ? `it cannot be told whether all spans have ended in ${scope.name}` : finding;
  throw new AssertionError({
    message: `${headline}\n\n${describe()}\n`,
    actual: openCount > open.length ? [...open, `… ${openCount - open.length} more`] : open,
    expected: [],
    operator: 'assertAllEnded',
    // Not called: the stack starts where it was.
    // oxlint-disable-next-line typescript/unbound-method
    stackStartFn: scope.assertAllEnded,
  });
}
