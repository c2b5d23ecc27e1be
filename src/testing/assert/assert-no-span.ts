import { nodesOf } from '../../trace/walk.js';
import { treesOf, type Spans, type WatchableSource } from '../snapshot/source.js';
import { memberOf } from '../../model/value-parts.js';
import { expectation as expectationText, millisFrom, resolveOptions, type OptionsOf } from '../../support/option.js';
import { settleOptions, waitUntil } from '../capture/waiting.js';
import { Comparison } from './comparison/comparison.js';
import { memoizedMatcher, Matching } from './comparison/matching.js';
import { compileSpans } from './pattern/compile.js';
import { checkOfCaptured, needsChildren, type Wanted } from './pattern/expectation.js';
import type { SpanPattern, Times } from './pattern/pattern.js';
import { Annotations } from './report/annotations.js';
import { summaryOf } from './report/describe.js';
import { callSite, checkArguments, type Assertion } from '../call-site.js';
import { capturedTrees, failureOf, type Failure } from './report/failure.js';
import { inconclusiveFailure, matchesElsewhere } from './report/hints.js';
import { NOTHING, projectedTrees } from './report/projected-tree.js';

/** Options of `assertNoSpan()`. */
export interface AssertNoSpanOptions {
  /** How long to watch for a match, in milliseconds from 0 to 2³¹ − 1. By default, only spans captured so far count. */
  withinMillis?: number;
}

const OPTIONS: OptionsOf<AssertNoSpanOptions> = {
  withinMillis: millisFrom(0),
};

/**
 * Asserts that no span, ended or open, matches the pattern; with `times: n`, that fewer than n do.
 *
 * With `withinMillis`, it watches the source for that long and rejects as soon as a span matches.
 *
 * @param calledAs function at whose call the error's stack trace starts, for wrappers; default this function
 * @throws AssertionError if a span matches, or if the check is inconclusive: spans were dropped, no span could arrive,
 * or the owner of a matching span is in doubt
 * @throws TypeError or RangeError if the pattern or an option is invalid, or if the source cannot be watched
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
  const { withinMillis } = checkArguments(calledAs, () => resolveOptions(OPTIONS, options));
  const wanted = checkArguments(calledAs, () => compileSpans(pattern));
  if (withinMillis === undefined) {
    const failure = failureAmong(source, wanted, calledAs);
    if (failure) throw failureOf(calledAs, failure);
    return undefined;
  }
  return watch(
    checkArguments(calledAs, () => requireWatchable(source)),
    wanted,
    withinMillis,
    calledAs,
  );
}

async function watch(
  source: WatchableSource,
  wanted: Wanted,
  timeoutMillis: number,
  calledAs: Assertion,
): Promise<void> {
  const atCall = callSite(calledAs);
  const mayHaveOne = mayMatch(source, wanted);
  const look = (): Failure | undefined => (mayHaveOne() ? failureAmong(source, wanted, calledAs) : undefined);
  // Checks only at the end whether spans could arrive: a provider may be registered late.
  const settle = settleOptions({ timeoutMillis });
  const failure = await waitUntil(source, look, settle, () => failureAmong(source, wanted, calledAs));
  if (failure !== undefined) throw atCall(failureOf(calledAs, failure));
}

/** Returns a cheap pre-check that is false while no span can match, which saves building the trees. */
function mayMatch(source: WatchableSource, { expectation }: Wanted): () => boolean {
  if (needsChildren(expectation)) return () => true;
  const matches = memoizedMatcher(expectation);
  return () => {
    const { spans, openSpans = [] } = source;
    return Boolean(source.droppedSpansCount) || [...spans, ...openSpans].some((span) => matches(span));
  };
}

function requireWatchable(source: Spans): WatchableSource {
  if (typeof memberOf(source, 'onChange') === 'function') return source as WatchableSource;
  throw new TypeError(expectationText('spans', 'a run if withinMillis is given', source));
}

function failureAmong(source: Spans, { expectation, times }: Wanted, calledAs: Assertion): Failure | undefined {
  const roots = checkArguments(calledAs, () => treesOf(source)).flat();
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
