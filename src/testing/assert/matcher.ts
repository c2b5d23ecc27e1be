import { printable } from '../../trace/text/printable.js';
import { expectation as expectationText } from '../../support/option.js';
import type { CapturedLog, CapturedSpan } from '../../trace/captured-span.js';
import { Comparison } from './comparison/comparison.js';
import type { Difference } from './comparison/difference.js';
import { Matching, memoizedMatcher } from './comparison/matching.js';
import type { LogInSpan } from './log-in-span.js';
import { compileLog, compileSpan } from './pattern/compile.js';
import type { Expectation } from './pattern/expectation.js';
import { isPlainObject, isRegExp } from './pattern/leaf.js';
import type { LogPattern, SpanPattern } from './pattern/pattern.js';
import { summaryOf, titleOf } from './report/describe.js';
import { Annotations } from './report/annotations.js';

const MAX_NEAREST = 3;

/** The span to wait for: its name, a pattern as in `assertSpan()`, or a function that returns true for it. */
export type SpanMatcher = string | RegExp | SpanPattern | ((span: CapturedSpan) => boolean);

/** The log record to wait for: its event name or body, a pattern as in `assertLog()`, or a function that returns true. */
export type LogMatcher = string | RegExp | LogPattern | ((log: CapturedLog) => boolean);

export interface CompiledMatcher<T> {
  readonly description: string;
  /** Undefined for a function and for the text of a log record. */
  readonly expectation?: Expectation;
  /** Rethrows errors of a function that serves as matcher. */
  matches(record: T): boolean;
  /** One line for each of the three nearest records, nearest first. Records with nothing in common are left out. */
  nearest(records: readonly T[]): string[];
}

/** @throws TypeError for a value that is not a matcher */
export function compileSpanMatcher(name: string, matcher: SpanMatcher): CompiledMatcher<CapturedSpan> {
  if (typeof matcher === 'function') return ofFunction(matcher);
  if (isPlainObject(matcher)) return ofPattern(compileSpan(matcher as SpanPattern));
  if (typeof matcher === 'string' || isRegExp(matcher)) return ofPattern(compileSpan({ name: matcher }));
  throw new TypeError(expectationText(name, 'a name, a RegExp, a pattern or a function', matcher));
}

/** @throws TypeError for a value that is not a matcher */
export function compileLogMatcher(name: string, matcher: LogMatcher): CompiledMatcher<LogInSpan> {
  if (typeof matcher === 'function') return ofFunction(matcher);
  if (isRegExp(matcher)) return ofText(String(matcher), (text) => text.search(matcher) >= 0);
  if (typeof matcher === 'string') return ofText(JSON.stringify(matcher), (text) => text === matcher);
  if (isPlainObject(matcher)) return ofPattern(compileLog(matcher));
  throw new TypeError(expectationText(name, 'a string, a RegExp, a pattern or a function', matcher));
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
    description: matches.name || 'the given function',
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

/** Catches errors of the function, which would otherwise replace the timeout error. */
function verdictOf<T>(matches: (record: T) => boolean, record: T): string[] {
  try {
    return matches(record) ? [] : ['the function did not accept it'];
  } catch (error) {
    return [`the function threw ${printable(error)}`];
  }
}

/** Undefined for a matching record, except for an open span. */
function lineOf(record: object, wrong: readonly string[]): string | undefined {
  const isOpen = (record as Partial<CapturedSpan>).ended === false;
  if (wrong.length === 0 && !isOpen) return undefined;
  return `${titleOf(record)}: ${wrong.length === 0 ? 'it has not ended' : wrong.join('; ')}`;
}

/** At most `MAX_NEAREST` lines. Further items are not described. */
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

/** Whether a check holds. A pattern with a single check accepts any record as near. */
function hasSomethingRight({ findings }: Difference): boolean {
  return findings.length < 2 || findings.some(({ cost }) => cost === 0);
}
