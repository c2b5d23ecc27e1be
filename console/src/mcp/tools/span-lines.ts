import type { SpanDetail, TraceDetail } from '../../api/schemas.js';
import { exceptionText } from '../../text/exception-text.js';
import { duration, percent } from '../../text/units.js';
import type { Row } from '../answer.js';
import { shown, shownValue } from '../untrusted.js';
import { millis } from '../words.js';
import type { Group } from './span-groups.js';

const MAX_INDENT = 20;
const MAX_LOGS = 3;

/** The most informative attributes of a span, shown in an outline. */
const TELLING = [
  'http.route',
  'url.full',
  'http.url',
  'http.response.status_code',
  'http.status_code',
  'db.query.text',
  'db.statement',
  'rpc.method',
  'messaging.destination.name',
  'error.type',
];

/** A group as a line of the outline, with the log lines of a single span below. */
export function groupRow(group: Group, trace: TraceDetail, focused: SpanDetail | undefined): Row {
  const { members } = group;
  return members.length > 1 ? manyRow(members, trace) : spanRow(members[0], trace, members[0] === focused);
}

function spanRow(span: SpanDetail, trace: TraceDetail, isFocused: boolean): Row {
  const indent = indentOf(span);
  const line = [
    `${indent}${isFocused ? '=> ' : ''}${shown(span.name, 100)}${kindOf(span)} ${duration(span.duration)} @${duration(span.start - trace.start)}`,
    `self ${duration(span.self)}`,
    ...(span.critical > 0 ? [`crit ${percent(span.critical / (trace.duration || 1))}`] : []),
    ...(span.status === 'error'
      ? [`ERROR${span.statusMessage === null ? '' : ` ${shown(span.statusMessage, 120)}`}`]
      : []),
    ...tellingOf(span),
    `#${span.spanId}`,
  ].join(', ');
  return { lines: [line, ...logLines(span, trace, indent)], record: recordOf(span, trace) };
}

function manyRow(members: Group['members'], trace: TraceDetail): Row {
  const [first] = members;
  const durations = members.map((span) => span.duration);
  const whole = durations.reduce((sum, each) => sum + each, 0);
  // Not spread: there may be more spans than a call can have arguments.
  const shortest = durations.reduce((least, each) => Math.min(least, each));
  const longest = durations.reduce((most, each) => Math.max(most, each));
  const critical = members.reduce((sum, span) => sum + span.critical, 0);
  const line = [
    `${indentOf(first)}${shown(first.name, 100)}${kindOf(first)} x${members.length}, ${duration(whole)} in all (${duration(shortest)} to ${duration(longest)}) from @${duration(first.start - trace.start)}`,
    ...(critical > 0 ? [`crit ${percent(critical / (trace.duration || 1))}`] : []),
    ...(first.status === 'error' ? ['ERROR'] : []),
    ...tellingOf(first),
    `first #${first.spanId}`,
  ].join(', ');
  return { lines: [line], record: { ...recordOf(first, trace), count: members.length, totalMs: millis(whole) } };
}

function recordOf(span: SpanDetail, trace: TraceDetail): Record<string, unknown> {
  return {
    spanId: span.spanId,
    depth: span.depth,
    offsetMs: millis(span.start - trace.start),
    durationMs: millis(span.duration),
    ...(span.critical > 0 ? { criticalMs: millis(span.critical) } : {}),
    ...(span.status === 'error' ? { error: true } : {}),
  };
}

function indentOf({ depth }: SpanDetail): string {
  return depth > MAX_INDENT ? `${'  '.repeat(MAX_INDENT)}(depth ${depth}) ` : '  '.repeat(depth);
}

function kindOf({ kind }: SpanDetail): string {
  return kind === 'internal' ? '' : ` [${kind}]`;
}

function tellingOf({ attributes }: SpanDetail): string[] {
  return TELLING.filter((key) => Object.hasOwn(attributes, key)).map(
    (key) => `${key}=${shownValue(attributes[key], 160)}`,
  );
}

function logLines({ events }: SpanDetail, trace: TraceDetail, indent: string): string[] {
  const lines = events.slice(0, MAX_LOGS).map(({ name, time, attributes, log }) => {
    const offset = `@${duration(time - trace.start)}`;
    if (log !== null) return `${indent}  - ${shown(log.severityText ?? 'log', 20)} ${shown(log.body, 160)} ${offset}`;
    const exception = exceptionText(attributes);
    return `${indent}  - ${shown(name, 60)}${exception === '' ? '' : ` ${shown(exception, 200)}`} ${offset}`;
  });
  const more = events.length - MAX_LOGS;
  return more > 0 ? [...lines, `${indent}  - ${more} more`] : lines;
}
