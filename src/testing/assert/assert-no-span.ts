import { nodesOf } from '../../trace/walk.js';
import { treesOf, type Spans, type WatchableSource } from '../snapshot/source.js';
import { memberOf } from '../../model/value-parts.js';
import { expectation as expectationText, millisFrom, resolveOptions, type OptionsOf } from '../../support/option.js';
import { waitUntil } from '../capture/waiting.js';
import { Comparison } from './comparison/comparison.js';
import { memoizedMatcher, Matching } from './comparison/matching.js';
import { compileSpans } from './pattern/compile.js';
import { checkOfCaptured, needsChildren, type Wanted } from './pattern/expectation.js';
import type { SpanPattern, Times } from './pattern/pattern.js';
import { Annotations } from './report/annotations.js';
import { summaryOf } from './report/describe.js';
import type { Assertion } from './assertion.js';
import { callSite, capturedTrees, failureOf, type Failure } from './report/failure.js';
import { inconclusiveFailure, matchesElsewhere } from './report/hints.js';
import { NOTHING, projectedTrees } from './report/projected-tree.js';

/** How long to go on looking. */
export interface AssertNoSpanOptions {
  /** How long to go on looking, in milliseconds from 0 to 2³¹ − 1. If left out, only what is there counts. */
  withinMillis?: number;
}

const OPTIONS: OptionsOf<AssertNoSpanOptions> = {
  withinMillis: { ...millisFrom(0, 0), fallback: undefined as unknown as number },
};

/**
 * Asserts that no span is as the pattern says, ended or still open; with `times: n`, that there are fewer than n.
 *
 * With `withinMillis` it goes on looking for that long: the promise is rejected as soon as there is one.
 *
 * @param calledAs the function the test called, if it is not this one: the stack trace starts at its call
 * @throws AssertionError if there is one; or if that is unknown, because spans were dropped, none could arrive, or the
 * owner of one that matches is in doubt
 * @throws TypeError or RangeError if the pattern or an option is wrong, or if the source cannot be watched
 */
export function assertNoSpan(
  source: Spans,
  pattern: SpanPattern & Times,
  options?: { withinMillis?: never },
  calledAs?: Assertion,
): void;
export function assertNoSpan(
  source: WatchableSource,
  pattern: SpanPattern & Times,
  options: { withinMillis: number },
  calledAs?: Assertion,
): Promise<void>;
export function assertNoSpan(
  source: Spans,
  pattern: SpanPattern & Times,
  options?: AssertNoSpanOptions,
  calledAs?: Assertion,
): void | Promise<void>;
export function assertNoSpan(
  source: Spans,
  pattern: SpanPattern & Times,
  options?: AssertNoSpanOptions,
  calledAs: Assertion = assertNoSpan,
): void | Promise<void> {
  const { withinMillis } = resolveOptions(OPTIONS, options);
  const wanted = compileSpans(pattern);
  if (withinMillis === undefined) {
    const failure = failureAmong(source, wanted);
    if (failure) throw failureOf(calledAs, failure);
    return undefined;
  }
  if (!isWatchable(source)) throw new TypeError(expectationText('spans', 'a run, to be watched', source));
  return watch(source, wanted, withinMillis, calledAs);
}

async function watch(source: WatchableSource, wanted: Wanted, timeoutMillis: number, calledAs: Assertion): Promise<void> {
  const atCall = callSite(calledAs);
  const mayHaveOne = mayMatch(source, wanted);
  const look = (): Failure | undefined => (mayHaveOne() ? failureAmong(source, wanted) : undefined);
  // Whether any span could have arrived is checked only at the end, because a provider may be registered late.
  const failure = await waitUntil(source, look, { timeoutMillis }, () => failureAmong(source, wanted));
  if (failure !== undefined) throw atCall(failureOf(calledAs, failure));
}

/** A cheap check that is false while no span can match, so that trees need not be built. */
function mayMatch(source: WatchableSource, { expectation }: Wanted): () => boolean {
  if (needsChildren(expectation)) return () => true;
  const matches = memoizedMatcher(expectation);
  return () => {
    const { spans, openSpans = [] } = source;
    return Boolean(source.droppedSpansCount) || [...spans, ...openSpans].some((span) => matches(span));
  };
}

function isWatchable(source: Spans): source is WatchableSource {
  return typeof memberOf(source, 'onChange') === 'function';
}

function failureAmong(source: Spans, wanted: Wanted): Failure | undefined {
  const { expectation, times } = wanted;
  const roots = treesOf(source).flat();
  const matching = new Matching();
  const found = nodesOf(roots).filter((node) => matching.matches(node, expectation));
  if (found.length < times) {
    const { count, lines } = matchesElsewhere(source, expectation);
    const doubts = found.length + count < times ? [] : lines;
    return inconclusiveFailure(source, `whether a span matches ${summaryOf(expectation)}`, NOTHING, doubts);
  }

  const notes = new Annotations();
  for (const node of found) notes.line(node, 'not expected');
  const summary = summaryOf(expectation);
  const check = checkOfCaptured(found, { expectation, times: found.length });
  const unwanted = times === 1 ? `no span that matches ${summary}` : `fewer than ${times} spans that match ${summary}`;
  return {
    headline: `expected ${unwanted}, got ${found.length}`,
    body: capturedTrees(roots, notes),
    actual: projectedTrees(new Comparison(matching).compareList(found, check)).actual,
    expected: times === 1 ? NOTHING : `fewer than ${times}: ${summary}`,
  };
}
