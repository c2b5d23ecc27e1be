import { printable } from '../../format/printable.js';
import { expectation as expectationText } from '../../validation/option.js';
import type { CapturedSpan } from '../captured.js';
import { checkOfCaptured } from './comparison/check-of-captured.js';
import { Comparison } from './comparison/comparison.js';
import type { Difference } from './comparison/difference.js';
import { matchesEachOnce, Matching } from './comparison/matching.js';
import { compileSpan } from './pattern/compile.js';
import { looksBelow, type Expectation } from './pattern/expectation.js';
import { isObject } from './pattern/leaf.js';
import type { SpanPattern } from './pattern/pattern.js';
import { Notes } from './report/notes.js';
import { summaryOf, titleOf } from './report/words.js';

/** How many of the nearest are described. */
const MAX_NEAREST = 3;

/** What to wait for: a name, a pattern as assertions take it, or a function. */
export type SpanMatcher = string | RegExp | SpanPattern | ((span: CapturedSpan) => boolean);

/** A matcher, looked at once. */
export interface WantedSpan {
  /** The matcher on one line. */
  readonly description: string;
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
    looksBelow: looksBelow(expectation),
    matches: matchesEachOnce(expectation),
    nearest(spans) {
      const near = new Comparison(new Matching()).nearest(spans, expectation).filter(hasSomethingRight);
      return firstOf(near, (difference) => lineOf(difference.record as CapturedSpan, linesOf(difference)));
    },
  };
}

function wantedByFunction(matcher: (span: CapturedSpan) => boolean): WantedSpan {
  return {
    description: matcher.name === '' ? 'the function given' : matcher.name,
    looksBelow: false,
    matches: matcher,
    nearest: (spans) => firstOf(spans, (span) => lineOf(span, verdictOf(matcher, span))),
  };
}

/** The first lines there are, and no others made. */
function firstOf<T>(items: readonly T[], lineFor: (item: T) => string | undefined): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const line = lineFor(item);
    if (line !== undefined) lines.push(line);
    if (lines.length === MAX_NEAREST) break;
  }
  return lines;
}

function isRegExp(value: unknown): value is RegExp {
  return Object.prototype.toString.call(value) === '[object RegExp]';
}

/** One that fails in all there is to fail in is not near. With one thing asked for, all are equally near. */
function hasSomethingRight({ findings }: Difference): boolean {
  return findings.length < 2 || findings.some(({ cost }) => cost === 0);
}

function linesOf(difference: Difference): string[] {
  const { record, expectation } = difference;
  const notes = new Notes();
  notes.writeList({
    check: checkOfCaptured([record], { expectation, times: 1 }),
    places: [{ expectation, found: difference, index: 0, outOfOrder: false }],
    shortBy: 0,
    unexpected: [],
    others: [],
    cost: difference.cost,
  });
  const own = `${titleOf(record)}: `;
  return notes.all.map((text) => (text.startsWith(own) ? text.slice(own.length) : text));
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
