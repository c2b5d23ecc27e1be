import { expectation } from '../../support/option.js';
import { counted } from '../../trace/text/names.js';
import { nodesOf } from '../../trace/walk.js';
import { assertNoSpan, assertSpan, assertTrace, matchesTrace } from '../assert/index.js';
import type { AssertTraceOptions, SpanPattern, Times, Traces } from '../assert/index.js';
import { compileSpan } from '../assert/pattern/compile.js';
import { Annotations, openAmong } from '../assert/report/annotations.js';
import { summaryOf, titleOf } from '../assert/report/describe.js';
import type { Assertion } from '../assert/assertion.js';
import { capturedTrees, failureOf } from '../assert/report/failure.js';
import { hintsOn, inconclusiveFailure, matchesElsewhere } from '../assert/report/hints.js';
import { firstTexts } from '../first-texts.js';
import { treesOf, type Spans } from '../snapshot/source.js';

/*
 * Assertions that matchers can negate by `not`. Each throws an AssertionError whose stack starts where the test called
 * `calledAs`, also if it cannot be told whether a negated one holds.
 */

/** Open spans in the difference. */
const MAX_NAMES = 60;

const NO_SUCH_TRACE = '(no such trace)';

/** Asserts that a span as the pattern says has ended; with `negated`, that there is none. */
export function expectSpan(spans: Spans, pattern: SpanPattern & Times, calledAs: Assertion, negated = false): void {
  if (negated) assertNoSpan(spans, pattern, undefined, calledAs);
  else assertSpan(spans, pattern, calledAs);
}

/** Asserts that a trace is as the pattern says; with `negated`, that none is, with the roots that match marked. */
export function expectTrace(
  traces: Traces,
  pattern: SpanPattern,
  options: AssertTraceOptions | undefined,
  calledAs: Assertion,
  negated = false,
): void {
  if (!negated) {
    assertTrace(traces, pattern, options, calledAs);
    return;
  }
  const wanted = compileSpan(pattern);
  const summary = summaryOf(wanted);
  if (!matchesTrace(pattern, traces, options)) {
    const { lines } = matchesElsewhere(traces, wanted, true);
    const unseen = inconclusiveFailure(traces, `whether a trace matches ${summary}`, NO_SUCH_TRACE, lines);
    if (unseen !== undefined) throw failureOf(calledAs, unseen);
    return;
  }
  const roots = treesOf(traces).flat();
  const notes = new Annotations();
  for (const root of roots) if (matchesTrace(pattern, root, options)) notes.line(root, 'not expected');
  throw failureOf(calledAs, {
    headline: `expected no trace that matches ${summary}`,
    body: capturedTrees(roots, notes),
    actual: summary,
    expected: NO_SUCH_TRACE,
  });
}

/**
 * Asserts how many spans have not ended; with `negated`, that it is another number.
 *
 * @throws TypeError if the count is no integer from 0
 */
export function expectOpenSpans(spans: Spans, count: number, calledAs: Assertion, negated = false): void {
  if (!Number.isSafeInteger(count) || count < 0) throw new TypeError(expectation('count', 'an integer from 0 on', count));
  const roots = treesOf(spans).flat();
  const open = openAmong(nodesOf(roots));
  const wanted = counted(count, 'open span');
  if ((open.length === count) !== negated) {
    const unseen = inconclusiveFailure(spans, 'how many spans are open', wanted);
    if (unseen !== undefined) throw failureOf(calledAs, unseen);
    return;
  }
  const notes = new Annotations();
  if (open.length > count) for (const span of open) notes.line(span, 'expected to have ended');
  const names = firstTexts(open, MAX_NAMES, (span) => `  ${titleOf(span)}`, (more) => `  … ${more} more`);
  throw failureOf(calledAs, {
    headline: `expected ${negated ? 'any number but ' : ''}${wanted}, got ${open.length}`,
    body: capturedTrees(roots, notes),
    hints: hintsOn(spans, roots),
    actual: [counted(open.length, 'open span'), ...names].join('\n'),
    expected: negated ? `not ${wanted}` : wanted,
  });
}
