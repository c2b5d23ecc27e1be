import { matchesTrace, type AssertTraceOptions, type SpanPattern, type Traces } from '../assert/index.js';
import { compileSpan } from '../assert/pattern/compile.js';
import type { Assertion } from '../assert/report/call-site.js';
import { matchesElsewhere } from '../assert/report/elsewhere.js';
import { capturedTrees, failureOf } from '../assert/report/failure.js';
import { Annotations } from '../assert/report/annotations.js';
import { inconclusiveFailure } from '../assert/report/hints.js';
import { summaryOf } from '../assert/report/describe.js';
import { treesOf } from '../snapshot/source.js';

const NO_SUCH_TRACE = '(no such trace)';

/**
 * Asserts that no trace is as the pattern says.
 *
 * @throws AssertionError showing what was captured, with the roots that match marked; or if it cannot be told
 */
export function assertNoTrace(
  traces: Traces,
  pattern: SpanPattern,
  options: AssertTraceOptions | undefined,
  calledAs: Assertion,
): void {
  const expectation = compileSpan(pattern);
  const summary = summaryOf(expectation);
  if (!matchesTrace(pattern, traces, options)) {
    const { lines } = matchesElsewhere(traces, expectation, true);
    const unseen = inconclusiveFailure(traces, `whether a trace matches ${summary}`, NO_SUCH_TRACE, lines);
    if (unseen === undefined) return;
    throw failureOf(unseen, calledAs);
  }
  const roots = treesOf(traces).flat();
  const notes = new Annotations();
  for (const root of roots) if (matchesTrace(pattern, root, options)) notes.line(root, 'not expected');
  throw failureOf(
    {
      headline: `expected no trace that matches ${summary}`,
      body: capturedTrees(roots, notes),
      actual: summary,
      expected: NO_SUCH_TRACE,
    },
    calledAs,
  );
}
