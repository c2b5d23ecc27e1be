import { printable } from '../../trace/text/printable.js';
import { expectation as expectationText } from '../../support/option.js';
import type { CapturedSpan } from '../captured.js';
import { matchesEachOnce } from './comparison/matching.js';
import { differencesIn, firstLinesOf, nearestOf } from './nearest.js';
import { compileSpan } from './pattern/compile.js';
import { looksBelow, type Expectation } from './pattern/expectation.js';
import { isObject, isRegExp } from './pattern/leaf.js';
import type { SpanPattern } from './pattern/pattern.js';
import { summaryOf, titleOf } from './report/words.js';

/** What to wait for: a name, a pattern as assertions take it, or a function. */
export type SpanMatcher = string | RegExp | SpanPattern | ((span: CapturedSpan) => boolean);

/** A matcher, looked at once. */
export interface WantedSpan {
  /** The matcher on one line. */
  readonly description: string;
  /** What a name or a pattern expects; undefined for a function. */
  readonly expectation: Expectation | undefined;
  /** Whether it mentions the spans below: it is for spans that come with them, then. */
  readonly looksBelow: boolean;
  /** Throws what a function given as matcher throws. */
  matches(span: CapturedSpan): boolean;
  /** What comes nearest, a line for each of three spans, the nearest first; without those that have nothing in common. */
  nearest(spans: readonly CapturedSpan[]): string[];
}

/** @throws TypeError for what is no matcher */
export function wantedSpan(name: string, matcher: SpanMatcher): WantedSpan {
  if (typeof matcher === 'function') return wantedByFunction(matcher);
  if (isObject(matcher)) return wantedByPattern(compileSpan(matcher as SpanPattern));
  if (typeof matcher === 'string' || isRegExp(matcher)) return wantedByPattern(compileSpan({ name: matcher }));
  throw new TypeError(expectationText(name, 'a name, a RegExp, a pattern or a function', matcher));
}

function wantedByPattern(expectation: Expectation): WantedSpan {
  return {
    description: summaryOf(expectation),
    expectation,
    looksBelow: looksBelow(expectation),
    matches: matchesEachOnce(expectation),
    nearest(spans) {
      const near = nearestOf(spans, expectation);
      return firstLinesOf(near, (difference) => lineOf(difference.record as CapturedSpan, differencesIn(difference)));
    },
  };
}

function wantedByFunction(matcher: (span: CapturedSpan) => boolean): WantedSpan {
  return {
    description: matcher.name === '' ? 'the function given' : matcher.name,
    expectation: undefined,
    looksBelow: false,
    matches: matcher,
    nearest: (spans) => firstLinesOf(spans, (span) => lineOf(span, verdictOf(matcher, span))),
  };
}

/** A message about one failure must not be lost to another. */
function verdictOf(matcher: (span: CapturedSpan) => boolean, span: CapturedSpan): string[] {
  try {
    return matcher(span) ? [] : ['the function says no'];
  } catch (error) {
    return [`the function threw ${printable(error)}`];
  }
}

/** Nothing to say of a span that is as wanted and has ended. */
function lineOf(span: CapturedSpan, wrong: readonly string[]): string | undefined {
  if (wrong.length === 0 && span.ended) return undefined;
  return `${titleOf(span)}: ${wrong.length === 0 ? 'it has not ended' : wrong.join('; ')}`;
}
