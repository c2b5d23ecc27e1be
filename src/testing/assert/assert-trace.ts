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
import type { Assertion } from './assertion.js';
import { capturedTrees, failureOf } from './report/failure.js';
import { hintsOn, matchesElsewhere } from './report/hints.js';
import { projectedTrees } from './report/projected-tree.js';

/** Where a trace is looked for. */
export type Traces = Spans;

/** How closely a trace has to follow the pattern. */
export interface AssertTraceOptions {
  /** Whether nothing else is allowed: no further roots, spans, attributes, events, links. Default false. */
  exact?: boolean;
}

const OPTIONS: OptionsOf<AssertTraceOptions> = { exact: boolean(false) };

/**
 * Asserts that a trace is as the pattern says, from its root down; of several traces, one of them.
 *
 * @param calledAs the function the test called, if it is not this one: the stack trace starts at its call
 * @returns the root that matches
 * @throws AssertionError if none does
 * @throws TypeError if the pattern is wrong
 */
export function assertTrace(
  traces: Traces,
  pattern: SpanPattern,
  options?: AssertTraceOptions,
  calledAs: Assertion = assertTrace,
): CapturedNode {
  const check = rootCheck(pattern, options);
  const [{ expectation }] = check.wanted as [Wanted];
  const trees = treesOf(traces);
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

/** Whether a trace is as the pattern says; of several traces, whether one of them is. */
export function matchesTrace(pattern: SpanPattern, traces: Traces, options?: AssertTraceOptions): boolean {
  const check = rootCheck(pattern, options);
  const matching = new Matching();
  return treesOf(traces).some((roots) => matching.listHolds(roots, check));
}

function rootCheck(pattern: SpanPattern, options: AssertTraceOptions | undefined): ListCheck {
  const { exact } = resolveOptions(OPTIONS, options);
  return checkOfCaptured([], { expectation: compileSpan(pattern, exact), times: 1 }, exact);
}

function headlineOf(traces: number, expectation: Expectation, { summary = 'it differs' }: Annotations): string {
  if (traces === 0) return `no trace was captured, expected ${summaryOf(expectation)}`;
  return `${traces === 1 ? 'the trace does not match' : `none of ${traces} traces matches`}: ${summary}`;
}
