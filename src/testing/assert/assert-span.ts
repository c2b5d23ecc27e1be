import type { ReadableSpan } from '../../model/otel.js';
import { isCapturedSpan } from '../../trace/plain-span.js';
import { toCapturedSpan } from '../../trace/to-captured-span.js';
import type { CapturedNode, CapturedSpan } from '../../trace/captured-span.js';
import { nodesOf } from '../../trace/walk.js';
import { treesOf, type Spans } from '../snapshot/source.js';
import { Comparison } from './comparison/comparison.js';
import { Matching } from './comparison/matching.js';
import { compileSpan, compileSpans } from './pattern/compile.js';
import { checkOfCaptured, type Check, type ListCheck, type Wanted } from './pattern/expectation.js';
import type { SpanPattern, Times } from './pattern/pattern.js';
import type { Assertion } from './report/call-site.js';
import { matchesElsewhere } from './report/elsewhere.js';
import { capturedTrees, failureOf, firstOf, headlineOfMissing, type Failure } from './report/failure.js';
import { Annotations } from './report/annotations.js';
import { projectedTree } from './report/projected-tree.js';
import { hintsOn } from './report/hints.js';
import { summaryOf } from './report/describe.js';

/**
 * Asserts that a span as the pattern says has ended, anywhere in any trace; with `times: n`, that n have.
 *
 * Spans still open count only if the pattern mentions `ended`.
 *
 * @param calledAs the function the test called, if it is not this one: the stack trace starts at its call
 * @returns the first that matches, in its place in the tree
 * @throws AssertionError if there is none
 * @throws TypeError if the pattern is wrong
 */
export function assertSpan(
  spans: Spans,
  pattern: SpanPattern & Times,
  calledAs: Assertion = assertSpan,
): CapturedNode {
  const wanted = compileSpans(pattern);
  const roots = treesOf(spans).flat();
  const nodes = nodesOf(roots);
  const candidates = wanted.expectation.checks.some(asksForEnded) ? nodes : nodes.filter(({ ended }) => ended);
  const check = checkOfCaptured(candidates, wanted);
  const matching = new Matching();
  if (!matching.listHolds(candidates, check)) {
    throw failureOf(failureAmong(spans, roots, check, matching), calledAs);
  }
  return candidates.find((node) => matching.matches(node, wanted.expectation)) as CapturedNode;
}

/**
 * Whether a span is as the pattern says.
 *
 * @throws TypeError if the pattern is wrong, or mentions children of a span that comes without them
 */
export function matchesSpan(pattern: SpanPattern, span: CapturedSpan | ReadableSpan): boolean {
  return spanMatcher(pattern)(span);
}

/** `matchesSpan()` for many spans: compiles the pattern once. */
export function spanMatcher(pattern: SpanPattern): (span: CapturedSpan | ReadableSpan) => boolean {
  const expectation = compileSpan(pattern);
  return (span) => new Matching().matches(isCapturedSpan(span) ? span : toCapturedSpan(span), expectation);
}

function asksForEnded(check: Check): boolean {
  const asked = check.kind === 'not' ? check.check : check;
  return asked.kind === 'leaf' && asked.isField && asked.label === 'ended';
}

function failureAmong(source: Spans, roots: readonly CapturedNode[], check: ListCheck, matching: Matching): Failure {
  const [{ expectation, times }] = check.wanted as [Wanted];
  const candidates = check.read(roots);
  const notes = new Annotations();
  const looked = new Set(candidates);
  const open = nodesOf(roots).filter((node) => !looked.has(node) && matching.matches(node, expectation));
  for (const node of open) notes.line(node, 'matches, but is still open');
  const found = candidates.filter((node) => matching.matches(node, expectation)).length;
  const finding = new Comparison(matching).compareList(candidates, check, found + open.length === 0);
  notes.writeList(finding);

  const nearest = notes.all.length === 0 ? undefined : `${open.length === 0 ? 'nearest is ' : ''}${firstOf(notes)}`;
  return {
    headline: headlineOfMissing('span', summaryOf(expectation), times, found, roots.length === 0, nearest),
    body: capturedTrees(roots, notes),
    hints: [...matchesElsewhere(source, expectation).lines, ...hintsOn(source, roots, expectation)],
    actual: projectedTree(finding, 'actual'),
    expected: projectedTree(finding, 'expected'),
  };
}
