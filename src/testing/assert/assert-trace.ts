import { boolean, resolveOptions, type OptionsOf } from '../../support/option.js';
import type { CapturedNode } from '../../trace/captured-span.js';
import { treesOf, type Spans } from '../snapshot/source.js';
import { Comparison } from './comparison/comparison.js';
import { Matching } from './comparison/matching.js';
import { compileSpan } from './pattern/compile.js';
import { checkOfCaptured, type Expectation, type ListCheck, type Wanted } from './pattern/expectation.js';
import type { SpanPattern } from './pattern/pattern.js';
import { Annotations } from './report/annotations.js';
import { summaryOf } from './report/describe.js';
import { checkArguments, type Assertion } from '../call-site.js';
import { capturedTrees, failureOf } from './report/failure.js';
import { hintsOn, matchesElsewhere } from './report/hints.js';
import { projectedTrees } from './report/projected-tree.js';

/** The traces to search. */
export type Traces = Spans;

/** Options of `assertTrace()`. */
export interface AssertTraceOptions {
  /** Whether to reject roots, spans, attributes, events and links that the pattern does not mention. Default false. */
  exact?: boolean;
}

const OPTIONS: OptionsOf<AssertTraceOptions> = { exact: boolean(false) };

/**
 * Asserts that the pattern matches a trace from its root down. Among several traces, one must match.
 *
 * @param calledAs function at whose call the error's stack trace starts, for wrappers; default this function
 * @returns the root that matches
 * @throws AssertionError if no trace matches
 * @throws TypeError if the pattern or an option is invalid, or if the source has no traces
 */
export function assertTrace(
  traces: Traces,
  pattern: SpanPattern,
  options?: AssertTraceOptions,
  calledAs: Assertion = assertTrace,
): CapturedNode {
  const check = checkArguments(calledAs, () => rootCheck(pattern, options));
  const [{ expectation }] = check.wanted as [Wanted];
  const trees = checkArguments(calledAs, () => treesOf(traces));
  const matching = new Matching();
  const tree = trees.find((roots) => matching.listHolds(roots, check));
  if (tree !== undefined) return tree.find((root) => matching.matches(root, expectation)) as CapturedNode;

  const comparison = new Comparison(matching);
  const findings = trees.map((roots) => comparison.compareList(roots, check, true)).sort((a, b) => a.cost - b.cost);
  const [nearest = comparison.compareList([], check)] = findings;
  const notes = new Annotations();
  notes.writeList(nearest);
  throw failureOf(calledAs, {
    headline: headlineOf(trees.length, expectation, notes),
    body: capturedTrees(trees.flat(), notes),
    hints: [...matchesElsewhere(traces, expectation, true).lines, ...hintsOn(traces, trees, expectation)],
    ...projectedTrees(nearest),
  });
}

/** Whether the pattern matches a trace from its root down. Among several traces, one must match. */
export function matchesTrace(pattern: SpanPattern, traces: Traces, options?: AssertTraceOptions): boolean {
  const [check, trees] = checkArguments(matchesTrace, () => [rootCheck(pattern, options), treesOf(traces)] as const);
  const matching = new Matching();
  return trees.some((roots) => matching.listHolds(roots, check));
}

function rootCheck(pattern: SpanPattern, options: AssertTraceOptions | undefined): ListCheck {
  const { exact } = resolveOptions(OPTIONS, options);
  return checkOfCaptured([], { expectation: compileSpan(pattern, exact), times: 1 }, exact);
}

function headlineOf(traces: number, expectation: Expectation, { summary = 'it differs' }: Annotations): string {
  if (traces === 0) return `no trace was captured, expected ${summaryOf(expectation)}`;
  return `${traces === 1 ? 'the trace does not match' : `none of ${traces} traces matches`}: ${summary}`;
}
