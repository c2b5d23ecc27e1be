import type { ReadableSpan } from '../../model/otel.js';
import { isCapturedSpan } from '../../trace/plain-span.js';
import { toCapturedSpan } from '../../trace/to-captured-span.js';
import type { CapturedNode, CapturedSpan } from '../../trace/captured-span.js';
import { nodesOf } from '../../trace/walk.js';
import { treesOf, type Spans } from '../snapshot/source.js';
import { Comparison } from './comparison/comparison.js';
import { Matching } from './comparison/matching.js';
import { compileSpan, compileSpans } from './pattern/compile.js';
import { checkOfCaptured, innerOf, type Check } from './pattern/expectation.js';
import type { SpanPattern, Times } from './pattern/pattern.js';
import { Annotations } from './report/annotations.js';
import { checkArguments, type Assertion } from '../call-site.js';
import { capturedTrees, failureOf, headlineOfMissing } from './report/failure.js';
import { hintsOn, matchesElsewhere } from './report/hints.js';
import { projectedTrees } from './report/projected-tree.js';

/**
 * Asserts that an ended span matches the pattern, anywhere in any trace; with `times: n`, that at least n do.
 *
 * Open spans count only if the pattern mentions `ended`.
 *
 * @param calledAs function at whose call the error's stack trace starts, for wrappers; default this function
 * @returns the first span that matches, with its children
 * @throws AssertionError if fewer match
 * @throws TypeError if the pattern is invalid or the source has no spans
 */
export function assertSpan(spans: Spans, pattern: SpanPattern & Times, calledAs: Assertion = assertSpan): CapturedNode {
  const wanted = checkArguments(calledAs, () => compileSpans(pattern));
  const { expectation } = wanted;
  const roots = checkArguments(calledAs, () => treesOf(spans)).flat();
  const nodes = nodesOf(roots);
  const candidates = expectation.checks.some(isAboutEnded) ? nodes : nodes.filter(({ ended }) => ended);
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
 * Whether a span matches the pattern.
 *
 * @throws TypeError if the pattern is invalid, or mentions children and the span was passed without its trace
 */
export function matchesSpan(pattern: SpanPattern, span: CapturedSpan | ReadableSpan): boolean {
  return checkArguments(matchesSpan, () => spanMatcher(pattern))(span);
}

/** Compiles a pattern for repeated use: the returned function is `matchesSpan()` for that pattern. */
export function spanMatcher(pattern: SpanPattern): (span: CapturedSpan | ReadableSpan) => boolean {
  const expectation = checkArguments(spanMatcher, () => compileSpan(pattern));
  return (span) => new Matching().matches(isCapturedSpan(span) ? span : toCapturedSpan(span), expectation);
}

function isAboutEnded(check: Check): boolean {
  const inner = innerOf(check);
  return inner.kind === 'leaf' && inner.isField && inner.label === 'ended';
}
