import { matchesTrace, type AssertTraceOptions, type SpanPattern, type Traces } from '../expect/index.js';
import { compileSpan } from '../expect/pattern/compile.js';
import type { Assertion } from '../expect/report/assertion.js';
import { matchesElsewhere } from '../expect/report/elsewhere.js';
import { capturedTrees, failureOf } from '../expect/report/failure.js';
import { Notes } from '../expect/report/notes.js';
import { failureOfUnseen } from '../expect/report/unseen.js';
import { summaryOf } from '../expect/report/words.js';
import { treesOf } from '../tree/source.js';

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
    const unseen = failureOfUnseen(traces, `whether a trace matches ${summary}`, NO_SUCH_TRACE, lines);
    if (unseen === undefined) return;
    throw failureOf(unseen, calledAs);
  }
  const roots = treesOf(traces).flat();
  const notes = new Notes();
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
