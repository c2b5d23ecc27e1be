import { printable } from '../../trace/text/printable.js';
import { memberOf } from '../../model/value-parts.js';
import { captureTrace, groupByTrace, type TraceRecord } from '../capture/captured-traces.js';
import { whyNoSpans } from './no-spans.js';
import type { Recorder } from '../capture/recorder.js';
import type { ScopeRecords } from '../capture/scope-records.js';
import type { SpanRecord } from '../capture/span-record.js';
import { spanLine, traceLines } from '../../trace/captured-trace.js';

/** Of each kind of thing in a message. */
const MAX_ITEMS = 5;
/** Open spans in the difference of an assertion. */
const MAX_OPEN = 60;

/**
 * What a scope has, for the message of a wait that is over: the trees seen so far, the spans still open and
 * where they were started, what nobody owns.
 *
 * @param nearest what came nearest to what was asked for, a line each
 * @param remarks what makes less of the scope than its spans
 */
export function describeScope(
  scope: ScopeRecords,
  recorder: Recorder,
  nearest: readonly string[],
  remarks: readonly string[],
): string {
  const open = openSpans(scope);
  const sections = [
    seen(scope, recorder),
    section('Still open', openLines(open, MAX_ITEMS), MAX_ITEMS, open.length),
    section('Nearest', nearest),
    section('Unowned', recorder.unowned.spansSince(scope.openedAt).map((record) => spanLine(record.captured()))),
    ...remarks,
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

/** The spans that have not ended. */
export function openSpans({ spans }: ScopeRecords): SpanRecord[] {
  return spans.filter(({ ended }) => !ended);
}

/** Spans, one per line, with the place where each was started if that is known. */
export function openLines(spans: readonly SpanRecord[], maxLines = MAX_OPEN): string[] {
  return spans.slice(0, maxLines).map(({ span, startedAt: place }) => {
    return `${printable(memberOf(span, 'name'))}${place === undefined ? '' : `, started at ${place}`}`;
  });
}

function seen(scope: ScopeRecords, recorder: Recorder): string {
  return scope.spans.length === 0
    ? `No span was captured: ${whyNoSpans(scope, recorder)}`
    : seenTraces(scope.spans);
}

/** The trees of what was captured, each with its id. */
export function seenTraces(records: readonly TraceRecord[]): string {
  return section('Seen so far', traceTexts(records), Infinity);
}

/** The first trees of what was captured, each with its id, and how many more there are. */
export function traceTexts(records: readonly TraceRecord[]): string[] {
  const traces = [...groupByTrace(records).values()];
  const lines = traces.slice(0, MAX_ITEMS).map((ofOne) => {
    const trace = captureTrace(ofOne);
    return [`trace ${printable(trace.traceId)}`, ...traceLines(trace)].join('\n    ');
  });
  if (traces.length > MAX_ITEMS) lines.push(`⋯ ${traces.length - MAX_ITEMS} more traces`);
  return lines;
}

/**
 * Lines under a title, or nothing if there are none.
 *
 * @param count how many lines there would be, if not all are given
 */
export function section(title: string, lines: readonly string[], maxLines = MAX_ITEMS, count = lines.length): string {
  if (lines.length === 0) return '';
  const shown = lines.slice(0, maxLines).map((line) => `  ${line}`);
  if (count > shown.length) shown.push(`  ⋯ ${count - shown.length} more`);
  return `${title}:\n${shown.join('\n')}`;
}
