import { nodesOf } from '../snapshot/descendants.js';
import { treesOf, type Spans, type WatchableSource } from '../snapshot/source.js';
import { memberOf } from '../../model/value-parts.js';
import { expectation as expectationText } from '../../support/option.js';
import { afterTurn } from './after-turn.js';
import { checkOfCaptured } from './comparison/check-of-captured.js';
import { Comparison } from './comparison/comparison.js';
import { matchesEachOnce, Matching } from './comparison/matching.js';
import { checkOptions } from './options.js';
import { compileSpans } from './pattern/compile.js';
import { looksBelow, type Wanted } from './pattern/expectation.js';
import type { SpanPattern, Times } from './pattern/pattern.js';
import type { Assertion } from './report/assertion.js';
import { Call } from './report/called-from.js';
import { matchesElsewhere } from './report/elsewhere.js';
import { capturedTrees, failureOf, type Failure } from './report/failure.js';
import { Notes } from './report/notes.js';
import { NOTHING, projectedTree } from './report/projected-tree.js';
import { failureOfUnseen } from './report/unseen.js';
import { summaryOf } from './report/words.js';

/** The real ones, also in a test that replaces them afterwards. */
const { setTimeout, clearTimeout } = globalThis;

/** The longest delay a timer of Node takes. */
const MAX_MILLIS = 2 ** 31 - 1;

/** How long no such span may come. */
export interface AssertNoSpanOptions {
  /** How long to go on looking, in milliseconds from 0 to 2³¹ − 1. If left out, only what is there counts. */
  withinMillis?: number;
}

/**
 * Asserts that no span is as the pattern says, ended or still open; with `times: n`, that there are fewer
 * than n.
 *
 * With `withinMillis` it goes on looking for that long: the promise is rejected as soon as there is one.
 *
 * @param calledAs the function the test called, if it is not this one: the stack trace starts at its call
 * @throws AssertionError if there is one; or if it cannot be told, as not all were kept, none could arrive, or one that
 * matches went where it cannot be told whose it is
 * @throws TypeError if the pattern or an option is wrong, or if the source cannot be watched
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
  const { withinMillis } = checkOptions(
    options,
    { withinMillis: `a number of milliseconds from 0 to ${MAX_MILLIS}` },
    (value) => typeof value === 'number' && value >= 0 && value <= MAX_MILLIS,
  );
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

/** Looks now and after each turn of the code that changed something, and gives up looking when time is up. */
function watch(source: WatchableSource, wanted: Wanted, millis: number, calledAs: Assertion): Promise<void> {
  const call = new Call(calledAs);
  const mayHaveOne = mayMatch(source, wanted);
  return new Promise((resolve, reject) => {
    const release = source.hold?.();
    const finish = (): void => {
      release?.();
      unsubscribe();
      clearTimeout(timer);
    };
    const look = (always = false): void => {
      try {
        const failure = always || mayHaveOne() ? failureAmong(source, wanted) : undefined;
        if (failure === undefined) return;
        finish();
        reject(call.blame(failureOf(failure, calledAs)));
      } catch (error) {
        finish();
        reject(error);
      }
    };
    const unsubscribe = source.onChange(afterTurn(() => look()));
    const timer = setTimeout(() => {
      // Whether any could have come at all counts only now: the provider may come late.
      look(true);
      finish();
      resolve();
    }, millis);
    look();
  });
}

/** Whether it is worth while to put all spans into trees: not if none of the new ones matches, where that can be told. */
function mayMatch(source: WatchableSource, { expectation }: Wanted): () => boolean {
  if (looksBelow(expectation)) return () => true;
  const matches = matchesEachOnce(expectation);
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
    return failureOfUnseen(source, `whether a span matches ${summaryOf(expectation)}`, NOTHING, doubts);
  }

  const notes = new Notes();
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
