import { printable } from '../../trace/text/printable.js';
import { expectation as expectationText } from '../../support/option.js';
import type { CapturedLog, CapturedSpan } from '../../trace/captured-span.js';
import { Comparison } from './comparison/comparison.js';
import type { Difference } from './comparison/difference.js';
import { Matching, memoizedMatcher } from './comparison/matching.js';
import type { LogInSpan } from './log-in-span.js';
import { compileLog, compileSpan } from './pattern/compile.js';
import type { Expectation } from './pattern/expectation.js';
import { isObject, isRegExp } from './pattern/leaf.js';
import type { LogPattern, SpanPattern } from './pattern/pattern.js';
import { summaryOf, titleOf } from './report/describe.js';
import { Annotations } from './report/annotations.js';

const MAX_NEAREST = 3;

/** What to wait for: a name, a pattern as assertions take it, or a function. */
export type SpanMatcher = string | RegExp | SpanPattern | ((span: CapturedSpan) => boolean);

/** Which log record to wait for: by its event name or its body, by a pattern as `assertLog()` takes it, or a function. */
export type LogMatcher = string | RegExp | LogPattern | ((log: CapturedLog) => boolean);

export interface CompiledMatcher<T> {
  readonly description: string;
  /** Undefined if the matcher is no pattern. */
  readonly expectation?: Expectation;
  /** Throws what a function given as matcher throws. */
  matches(record: T): boolean;
  /** A line for each of the three nearest records, nearest first, without those that have nothing in common. */
  nearest(records: readonly T[]): string[];
}

/** @throws TypeError for what is no matcher */
export function compileSpanMatcher(name: string, matcher: SpanMatcher): CompiledMatcher<CapturedSpan> {
  if (typeof matcher === 'function') return ofFunction(matcher);
  if (isObject(matcher)) return ofPattern(compileSpan(matcher as SpanPattern));
  if (typeof matcher === 'string' || isRegExp(matcher)) return ofPattern(compileSpan({ name: matcher }));
  throw new TypeError(expectationText(name, 'a name, a RegExp, a pattern or a function', matcher));
}

/** @throws TypeError for what is no matcher */
export function compileLogMatcher(name: string, matcher: LogMatcher): CompiledMatcher<LogInSpan> {
  if (typeof matcher === 'function') return ofFunction(matcher);
  if (isRegExp(matcher)) return ofText(String(matcher), (text) => text.search(matcher) >= 0);
  if (typeof matcher === 'string') return ofText(JSON.stringify(matcher), (text) => text === matcher);
  if (isObject(matcher)) return ofPattern(compileLog(matcher));
  throw new TypeError(expectationText(name, 'a text, a RegExp, a pattern or a function', matcher));
}

function ofPattern<T extends object>(expectation: Expectation): CompiledMatcher<T> {
  return {
    description: summaryOf(expectation),
    expectation,
    matches: memoizedMatcher(expectation),
    nearest: (records) => {
      const nearest = new Comparison(new Matching()).nearest(records, expectation).filter(hasSomethingRight);
      return firstLinesOf(nearest, (difference) => lineOf(difference.record, differencesIn(difference)));
    },
  };
}

function ofFunction<T extends object>(matches: (record: T) => boolean): CompiledMatcher<T> {
  return {
    description: matches.name || 'the function given',
    matches,
    nearest: (records) => firstLinesOf(records, (record) => lineOf(record, verdictOf(matches, record))),
  };
}

function ofText(description: string, isRight: (text: string) => boolean): CompiledMatcher<LogInSpan> {
  return {
    description,
    matches: ({ eventName, body }) => [eventName, body].some((text) => typeof text === 'string' && isRight(text)),
    nearest: () => [],
  };
}

/** Catches what the function throws, so that the message about the timeout is not lost. */
function verdictOf<T>(matches: (record: T) => boolean, record: T): string[] {
  try {
    return matches(record) ? [] : ['the function says no'];
  } catch (error) {
    return [`the function threw ${printable(error)}`];
  }
}

/** Undefined for a record that matches, unless it is a span that has not ended. */
function lineOf(record: object, wrong: readonly string[]): string | undefined {
  const isOpen = (record as Partial<CapturedSpan>).ended === false;
  if (wrong.length === 0 && !isOpen) return undefined;
  return `${titleOf(record)}: ${wrong.length === 0 ? 'it has not ended' : wrong.join('; ')}`;
}

/** The first lines that there are. Makes no more than are shown. */
function firstLinesOf<T>(items: readonly T[], describe: (item: T) => string | undefined): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const line = describe(item);
    if (line !== undefined) lines.push(line);
    if (lines.length === MAX_NEAREST) break;
  }
  return lines;
}

function differencesIn(difference: Difference): string[] {
  const notes = new Annotations();
  notes.writeRecord(difference);
  const own = `${titleOf(difference.record)}: `;
  return notes.all.map((text) => (text.startsWith(own) ? text.slice(own.length) : text));
}

/** A record that fails every check is not near, unless there is only one check. */
function hasSomethingRight({ findings }: Difference): boolean {
  return findings.length < 2 || findings.some(({ cost }) => cost === 0);
}
