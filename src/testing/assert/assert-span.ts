import type { ReadableSpan } from '../../model/otel.js';
import { isCapturedSpan } from '../../trace/plain-span.js';
import { toCapturedSpan } from '../../trace/to-captured-span.js';
import type { CapturedNode, CapturedSpan } from '../../trace/captured-span.js';
import { nodesOf } from '../../trace/walk.js';
import { treesOf, type Spans } from '../snapshot/source.js';
import { Comparison } from './comparison/comparison.js';
import { Matching } from './comparison/matching.js';
import { compileSpan, compileSpans } from './pattern/compile.js';
import { checkOfCaptured, type Check } from './pattern/expectation.js';
import type { SpanPattern, Times } from './pattern/pattern.js';
import { Annotations } from './report/annotations.js';
import type { Assertion } from './assertion.js';
import { capturedTrees, failureOf, headlineOfMissing } from './report/failure.js';
import { hintsOn, matchesElsewhere } from './report/hints.js';
import { projectedTrees } from './report/projected-tree.js';

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
export function assertSpan(spans: Spans, pattern: SpanPattern & Times, calledAs: Assertion = assertSpan): CapturedNode {
  const wanted = compileSpans(pattern);
  const { expectation } = wanted;
  const roots = treesOf(spans).flat();
  const nodes = nodesOf(roots);
  const candidates = expectation.checks.some(asksForEnded) ? nodes : nodes.filter(({ ended }) => ended);
  const check = checkOfCaptured(candidates, wanted);
  const matching = new Matching();
  const matches = (node: CapturedNode): boolean => matching.matches(node, expectation);
  if (matching.listHolds(candidates, check)) return candidates.find(matches) as CapturedNode;

  const looked = new Set(candidates);
  const open = nodes.filter((node) => !looked.has(node) && matches(node));
  const found = candidates.filter(matches).length;
  const finding = new Comparison(matching).compareList(candidates, check, found + open.length === 0);
  const notes = new Annotations();
  for (const node of open) notes.line(node, 'matches, but is still open');
  notes.writeList(finding);
  const nearest = notes.summary && `${open.length === 0 ? 'nearest is ' : ''}${notes.summary}`;
  throw failureOf(calledAs, {
    headline: headlineOfMissing('span', wanted, found, roots.length === 0, nearest),
    body: capturedTrees(roots, notes),
    hints: [...matchesElsewhere(spans, expectation).lines, ...hintsOn(spans, roots, expectation)],
    ...projectedTrees(finding),
  });
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
