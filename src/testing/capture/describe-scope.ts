import { printable } from '../../format/printable.js';
import { memberOf } from '../../model/value-parts.js';
import { captureTrace, groupByTrace, type TraceRecord } from './captured-traces.js';
import { whyNoSpans } from './no-spans.js';
import type { Recorder } from './recorder.js';
import type { ScopeRecords } from './scope-records.js';
import { spanLine, traceLines } from './tree-text.js';

/** Of each kind of thing in a message. */
const MAX_ITEMS = 5;
export const MAX_MISSES = 3;

/**
 * What a scope has, for the message of a wait that is over: the trees seen so far, the spans still open and
 * where they were started, what nobody owns.
 *
 * @param nearest what came nearest to what was asked for, a line each
 * @param dropped what there was no room for
 */
export function describeScope(
  scope: ScopeRecords,
  recorder: Recorder,
  nearest: readonly string[],
  dropped: readonly string[],
): string {
  const sections = [
    seen(scope, recorder),
    section('Still open', openSpans(scope)),
    section('Nearest', nearest.slice(0, MAX_MISSES)),
    section('Unowned', recorder.unowned.spansSince(scope.openedAt).map((record) => spanLine(record.captured()))),
    ...dropped,
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

/** The spans that have not ended, one per line, with the place where each was started if that is known. */
export function openSpans(scope: ScopeRecords): string[] {
  return scope.spans
    .filter(({ ended }) => !ended)
    .map((record) => {
      const place = record.startedAt;
      return `${printable(memberOf(record.span, 'name'))}${place === undefined ? '' : `, started at ${place}`}`;
    });
}

function seen(scope: ScopeRecords, recorder: Recorder): string {
  return scope.spans.length === 0
    ? `No span was captured: ${whyNoSpans(scope, recorder)}`
    : seenTraces(scope.spans);
}

/** The trees of what was captured, each with its id. */
export function seenTraces(records: readonly TraceRecord[]): string {
  const traces = [...groupByTrace(records).values()];
  const lines = traces.slice(0, MAX_ITEMS).map((ofOne) => {
    const trace = captureTrace(ofOne);
    return [`trace ${trace.traceId}`, ...traceLines(trace)].join('\n    ');
  });
  if (traces.length > MAX_ITEMS) lines.push(`⋯ ${traces.length - MAX_ITEMS} more traces`);
  return section('Seen so far', lines, Infinity);
}

/** Lines under a title, or nothing if there are none. */
export function section(title: string, lines: readonly string[], maxLines = MAX_ITEMS): string {
  if (lines.length === 0) return '';
  const shown = lines.slice(0, maxLines).map((line) => `  ${line}`);
  if (lines.length > maxLines) shown.push(`  ⋯ ${lines.length - maxLines} more`);
  return `${title}:\n${shown.join('\n')}`;
}
