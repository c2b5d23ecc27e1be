import { counted, duration, timeOfDay } from '../../src/text/units.js';
import { line } from '../text/shown.js';
import { eventText, linesOf, type Line } from './flatten.js';
import type { ShownTrace } from './shown-trace.js';

const MOST_LINES = 5_000;

/** A trace as text, to paste into an issue. */
export function traceText(trace: ShownTrace): string {
  const lines = linesOf(trace, new Set());
  const shown = lines.slice(0, MOST_LINES);
  const width = Math.min(
    72,
    Math.max(...shown.map(({ kind, span, depth }) => (kind === 'span' ? span.name.length + 2 * depth : 0))),
  );
  const rows = shown.map((row) => rowText(row, width, trace.start));
  const head = `trace ${trace.traceId} · ${timeOfDay(trace.start)} · ${duration(trace.duration)} · ${counted(trace.spans.length, 'span')}`;
  const rest = lines.length > MOST_LINES ? [`… ${counted(lines.length - MOST_LINES, 'line')} more`] : [];
  return [head, ...rows, ...rest].join('\n');
}

function rowText(row: Line, width: number, start: number): string {
  const indent = '  '.repeat(row.depth);
  if (row.kind === 'event') {
    const { event } = row;
    const label = event.log === null ? event.name : (event.log.severityText ?? 'LOG');
    return `${indent}· ${line(label, 20)}  ${line(eventText(event), 500)}`;
  }
  const { span } = row;
  const name = `${indent}${line(span.name, 200)}`.padEnd(width);
  const times = `${duration(span.duration).padStart(8)}  +${duration(Math.max(0, span.start - start))}`;
  const failed = span.status === 'error' ? `  ✗ ${line(span.statusMessage ?? 'error', 300)}` : '';
  return `${name}  ${times}${failed}`;
}
