import { matchesTrace, type AssertTraceOptions, type SpanPattern, type Traces } from '../expect/index.js';
import { compileSpan } from '../expect/pattern/compile.js';
import type { Assertion } from '../expect/report/assertion.js';
import { capturedTrees, failureOf } from '../expect/report/failure.js';
import { Notes } from '../expect/report/notes.js';
import { remarksOnUnseen } from '../expect/report/remarks.js';
import { summaryOf } from '../expect/report/words.js';
import { treesOf } from '../tree/source.js';

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
  const summary = summaryOf(compileSpan(pattern));
  if (!matchesTrace(pattern, traces, options)) {
    const body = remarksOnUnseen(traces);
    if (body.length === 0) return;
    const headline = `it cannot be told whether a trace matches ${summary}`;
    throw failureOf({ headline, body, actual: '(not all seen)', expected: '(no such trace)' }, calledAs);
  }
  const roots = treesOf(traces).flat();
  const notes = new Notes();
  for (const root of roots) if (matchesTrace(pattern, root, options)) notes.line(root, 'not expected');
  throw failureOf(
    {
      headline: `expected no trace that matches ${summary}`,
      body: capturedTrees(roots, notes),
      actual: summary,
      expected: '(no such trace)',
    },
    calledAs,
  );
}
