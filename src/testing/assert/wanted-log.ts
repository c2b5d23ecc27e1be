import { expectation as expectationText } from '../../support/option.js';
import type { CapturedLog } from '../captured.js';
import { matchesEachOnce } from './comparison/matching.js';
import type { LogInSpan } from './log-in-span.js';
import { differencesIn, firstLinesOf, nearestOf } from './nearest.js';
import { compileLog } from './pattern/compile.js';
import { asksForList } from './pattern/expectation.js';
import { isObject, isRegExp } from './pattern/leaf.js';
import type { LogPattern } from './pattern/pattern.js';
import { summaryOf, titleOf } from './report/words.js';

/** Which log record to wait for: by its event name or its body, by a pattern as `assertLog()` takes it, or a function. */
export type LogMatcher = string | RegExp | LogPattern | ((log: CapturedLog) => boolean);

/** A matcher, looked at once. */
export interface WantedLog {
  /** The matcher on one line. */
  readonly description: string;
  /** Whether it mentions the span: it is for log records that come with it, then. */
  readonly looksAtSpan: boolean;
  /** Throws what a function given as matcher throws. */
  matches(log: CapturedLog): boolean;
  /** What comes nearest to a pattern, a line for each of three records, the nearest first. */
  nearest(logs: readonly LogInSpan[]): string[];
}

/** @throws TypeError for what is no matcher */
export function wantedLog(name: string, matcher: LogMatcher): WantedLog {
  if (typeof matcher === 'function') return wantedBy(matcher.name || 'the function given', matcher);
  if (isRegExp(matcher)) return wantedBy(String(matcher), textMatcher((text) => text.search(matcher) >= 0));
  if (typeof matcher === 'string') return wantedBy(JSON.stringify(matcher), textMatcher((text) => text === matcher));
  if (isObject(matcher)) return wantedByPattern(matcher);
  throw new TypeError(expectationText(name, 'a text, a RegExp, a pattern or a function', matcher));
}

function wantedByPattern(pattern: LogPattern): WantedLog {
  const expectation = compileLog(pattern);
  return {
    description: summaryOf(expectation),
    looksAtSpan: expectation.checks.some(asksForList),
    matches: matchesEachOnce(expectation),
    nearest: (logs) =>
      firstLinesOf(nearestOf(logs, expectation), (difference) => {
        return `${titleOf(difference.record)}: ${differencesIn(difference).join('; ')}`;
      }),
  };
}

function wantedBy(description: string, matches: (log: CapturedLog) => boolean): WantedLog {
  return { description, looksAtSpan: false, matches, nearest: () => [] };
}

function textMatcher(isRight: (text: string) => boolean): (log: CapturedLog) => boolean {
  return ({ eventName, body }) => [eventName, body].some((text) => typeof text === 'string' && isRight(text));
}
