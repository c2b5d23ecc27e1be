import { nodesOf } from '../../trace/walk.js';
import { treesOf, type Spans, type WatchableSource } from '../snapshot/source.js';
import { memberOf } from '../../model/value-parts.js';
import { expectation as expectationText, millisFrom, resolveOptions, type OptionsOf } from '../../support/option.js';
import { clearTimeout, setTimeout } from '../../support/timers.js';
import { afterTurn } from './after-turn.js';
import { Comparison } from './comparison/comparison.js';
import { memoizedMatcher, Matching } from './comparison/matching.js';
import { compileSpans } from './pattern/compile.js';
import { checkOfCaptured, needsChildren, type Wanted } from './pattern/expectation.js';
import type { SpanPattern, Times } from './pattern/pattern.js';
import type { Assertion } from './report/call-site.js';
import { CallSite } from './report/call-site.js';
import { matchesElsewhere } from './report/elsewhere.js';
import { capturedTrees, failureOf, type Failure } from './report/failure.js';
import { Annotations } from './report/annotations.js';
import { NOTHING, projectedTree } from './report/projected-tree.js';
import { inconclusiveFailure } from './report/hints.js';
import { summaryOf } from './report/describe.js';

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
    if (failure) throw failureOf(failure, calledAs);
    return undefined;
  }
  if (!isWatchable(source)) {
    throw new TypeError(expectationText('spans', 'a run, to be watched', source));
  }
  return watch(source, wanted, withinMillis, calledAs);
}

/** Looks now and after each turn of the code that changed something, until time is up. */
function watch(source: WatchableSource, wanted: Wanted, millis: number, calledAs: Assertion): Promise<void> {
  const call = new CallSite(calledAs);
  const mayHaveOne = mayMatch(source, wanted);
  return new Promise((resolve, reject) => {
    const opening = source.keepOpen?.();
    const finish = (): void => {
      opening?.close();
      watching.close();
      clearTimeout(timer);
    };
    const look = (always = false): void => {
      try {
        const failure = always || mayHaveOne() ? failureAmong(source, wanted) : undefined;
        if (failure === undefined) return;
        finish();
        reject(call.attachTo(failureOf(failure, calledAs)));
      } catch (error) {
        finish();
        reject(error);
      }
    };
    const watching = source.onChange(afterTurn(() => look()));
    const timer = setTimeout(() => {
      // Whether any span could have arrived is checked only now, because a provider may be registered late.
      look(true);
      finish();
      resolve();
    }, millis);
    look();
  });
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
  const finding = new Comparison(matching).compareList(found, check);
  return {
    headline: `expected ${times === 1 ? 'no span' : `fewer than ${times} spans`} that match${times === 1 ? 'es' : ''} ${summary}, got ${found.length}`,
    body: capturedTrees(roots, notes),
    actual: projectedTree(finding, 'actual'),
    expected: times === 1 ? NOTHING : `fewer than ${times}: ${summary}`,
  };
}
