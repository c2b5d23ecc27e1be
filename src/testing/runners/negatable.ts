import { expectation, isCount } from '../../support/option.js';
import { counted } from '../../model/text-of.js';
import { nodesOf } from '../../trace/walk.js';
import { assertNoSpan, assertSpan, assertTrace, matchesTrace } from '../assert/index.js';
import type { AssertTraceOptions, SpanPattern, Times, Traces } from '../assert/index.js';
import { compileSpan } from '../assert/pattern/compile.js';
import { Annotations, openAmong } from '../assert/report/annotations.js';
import { summaryOf, titleOf } from '../assert/report/describe.js';
import { checkArguments, type Assertion } from '../call-site.js';
import { capturedTrees, failureOf } from '../assert/report/failure.js';
import { hintsOn, inconclusiveFailure, matchesElsewhere } from '../assert/report/hints.js';
import { firstTexts } from '../first-texts.js';
import { treesOf, type Spans } from '../snapshot/source.js';

/*
 * Assertions that can be negated. Each throws an AssertionError whose stack starts where the test called `calledAs`. An
 * inconclusive negated assertion fails, too.
 */

/** Maximum number of open spans in the diff. */
const MAX_NAMES = 60;

const NO_SUCH_TRACE = '(no such trace)';

/** A call of an assertion in a test. */
export interface Call<Subject> {
  readonly subject: Subject;
  readonly calledAs: Assertion;
  readonly negated?: boolean | undefined;
}

/** Asserts that an ended span matches the pattern; if negated, that no span does. */
export function expectSpan({ subject, calledAs, negated }: Call<Spans>, pattern: SpanPattern & Times): void {
  if (negated) assertNoSpan(subject, pattern, undefined, calledAs);
  else assertSpan(subject, pattern, calledAs);
}

/** Asserts that a trace matches the pattern; if negated, that none does. */
export function expectTrace(
  { subject: traces, calledAs, negated }: Call<Traces>,
  pattern: SpanPattern,
  options?: AssertTraceOptions,
): void {
  if (!negated) {
    assertTrace(traces, pattern, options, calledAs);
    return;
  }
  const wanted = checkArguments(calledAs, () => compileSpan(pattern));
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
 * Asserts the number of open spans; if negated, that it is a different one.
 *
 * @throws TypeError if `count` is not a non-negative integer
 */
export function expectOpenSpans({ subject: spans, calledAs, negated = false }: Call<Spans>, count: number): void {
  const roots = checkArguments(calledAs, () => {
    if (!isCount(count)) throw new TypeError(expectation('count', 'a non-negative integer', count));
    return treesOf(spans).flat();
  });
  const open = openAmong(nodesOf(roots));
  const wanted = counted(count, 'open span');
  if ((open.length === count) !== negated) {
    const unseen = inconclusiveFailure(spans, 'how many spans are open', wanted);
    if (unseen !== undefined) throw failureOf(calledAs, unseen);
    return;
  }
  const notes = new Annotations();
  if (open.length > count) for (const span of open) notes.line(span, 'expected to have ended');
  const names = firstTexts(open, MAX_NAMES, (span) => titleOf(span));
  throw failureOf(calledAs, {
    headline: `expected ${negated ? 'any number but ' : ''}${wanted}, got ${open.length}`,
    body: capturedTrees(roots, notes),
    hints: hintsOn(spans, roots),
    actual: [counted(open.length, 'open span'), ...names].join('\n  '),
    expected: negated ? `not ${wanted}` : wanted,
  });
}
