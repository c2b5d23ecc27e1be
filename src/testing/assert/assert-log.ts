import type { DeliveredSpans } from '../../trace/traces-in.js';
import type { CapturedLog } from '../../trace/captured-span.js';
import { logSourceOf, type LogSource } from '../snapshot/source.js';
import { Comparison } from './comparison/comparison.js';
import { Matching } from './comparison/matching.js';
import { logsInSpans, type LogInSpan } from './log-in-span.js';
import { compileLogs } from './pattern/compile.js';
import { checkOfCaptured } from './pattern/expectation.js';
import type { LogPattern, Times } from './pattern/pattern.js';
import { Annotations, firstLines, GUTTERS } from './report/annotations.js';
import { titleOf } from './report/describe.js';
import { checkArguments, type Assertion } from '../call-site.js';
import { failureOf, headlineOfMissing } from './report/failure.js';
import { hintsOnLogs } from './report/hints.js';
import { projectedTrees } from './report/projected-tree.js';

/** Maximum number of log records shown. If there are more, only annotated ones are shown. */
const MAX_LOGS = 60;

/**
 * Asserts that a log record matches the pattern; with `times: n`, that at least n do.
 *
 * @param calledAs function at whose call the error's stack trace starts, for wrappers; default this function
 * @returns the first log record that matches
 * @throws AssertionError if fewer match
 * @throws TypeError if the pattern or the source is invalid
 */
export function assertLog(
  given: LogSource | DeliveredSpans,
  pattern: LogPattern & Times,
  calledAs: Assertion = assertLog,
): CapturedLog {
  const wanted = checkArguments(calledAs, () => compileLogs(pattern));
  const source = checkArguments(calledAs, () => logSourceOf(given));
  const logs = logsInSpans(source);
  const check = checkOfCaptured(logs, wanted);
  const matching = new Matching();
  const matches = (log: LogInSpan): boolean => matching.matches(log, wanted.expectation);
  if (matching.listHolds(logs, check)) return source.logs[logs.findIndex(matches)] as CapturedLog;

  const finding = new Comparison(matching).compareList(logs, check, true);
  const notes = new Annotations();
  notes.writeList(finding);
  const nearest = notes.summary && `nearest is ${notes.summary}`;
  throw failureOf(calledAs, {
    headline: headlineOfMissing('log', wanted, logs.filter(matches).length, logs.length === 0, nearest),
    body: logLines(logs, notes),
    hints: hintsOnLogs(source),
    ...projectedTrees(finding),
  });
}

/** One line per captured log record, each followed by its annotations. */
function logLines(logs: readonly LogInSpan[], notes: Annotations): string[] {
  const shown = logs.length <= MAX_LOGS ? logs : logs.filter((log) => notes.of(log) !== undefined).slice(0, MAX_LOGS);
  const hidden = logs.length - shown.length;
  const lines: string[] = [];
  for (const log of shown) {
    const { verdict = 'none', lines: about = [] } = notes.of(log) ?? {};
    const [span] = log.spans;
    lines.push(`${GUTTERS[verdict]}${titleOf(log)}${span === undefined ? '' : `  in ${titleOf(span)}`}`);
    for (const line of firstLines(about)) lines.push(`     ${line}`);
  }
  return hidden > 0 ? [...lines, `  … ${hidden} more`] : lines;
}
