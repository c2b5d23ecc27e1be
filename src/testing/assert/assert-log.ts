import type { DeliveredSpans } from '../../trace/traces-in.js';
import type { CapturedLog } from '../../trace/captured-span.js';
import { logSourceOf, type LogSource } from '../snapshot/source.js';
import { Comparison } from './comparison/comparison.js';
import { Matching } from './comparison/matching.js';
import { logsInSpans, type LogInSpan } from './log-in-span.js';
import { compileLogs } from './pattern/compile.js';
import { checkOfCaptured, type ListCheck, type Wanted } from './pattern/expectation.js';
import type { LogPattern, Times } from './pattern/pattern.js';
import type { Assertion } from './report/call-site.js';
import { failureOf, firstOf, headlineOfMissing, type Failure } from './report/failure.js';
import { logLines } from './report/log-lines.js';
import { Annotations } from './report/annotations.js';
import { projectedTree } from './report/projected-tree.js';
import { hintsOnLogs } from './report/hints.js';
import { summaryOf } from './report/describe.js';

/**
 * Asserts that a log record as the pattern says was emitted; with `times: n`, that n were.
 *
 * @param calledAs the function the test called, if it is not this one: the stack trace starts at its call
 * @returns the first that matches
 * @throws AssertionError if there is none
 * @throws TypeError if the pattern is wrong
 */
export function assertLog(
  given: LogSource | DeliveredSpans,
  pattern: LogPattern & Times,
  calledAs: Assertion = assertLog,
): CapturedLog {
  const wanted = compileLogs(pattern);
  const source = logSourceOf(given);
  const logs = logsInSpans(source);
  const check = checkOfCaptured(logs, wanted);
  const matching = new Matching();
  if (!matching.listHolds(logs, check)) throw failureOf(failureAmong(source, logs, check, matching), calledAs);
  return source.logs[logs.findIndex((log) => matching.matches(log, wanted.expectation))] as CapturedLog;
}

function failureAmong(
  source: LogSource,
  logs: readonly LogInSpan[],
  check: ListCheck,
  matching: Matching,
): Failure {
  const [{ expectation, times }] = check.wanted as [Wanted];
  const finding = new Comparison(matching).compareList(logs, check, true);
  const notes = new Annotations();
  notes.writeList(finding);
  const found = logs.filter((log) => matching.matches(log, expectation)).length;
  const nearest = notes.all.length === 0 ? undefined : `nearest is ${firstOf(notes)}`;
  return {
    headline: headlineOfMissing('log', summaryOf(expectation), times, found, logs.length === 0, nearest),
    body: logLines(logs, notes),
    hints: hintsOnLogs(source),
    actual: projectedTree(finding, 'actual'),
    expected: projectedTree(finding, 'expected'),
  };
}
