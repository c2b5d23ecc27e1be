import { isLogEvent, type LogEvent } from '../model/log-event.js';
import type { TimedEvent } from '../model/otel.js';
import { nanosBetween } from './duration.js';
import type { Style } from './styles.js';
import { piece, type Piece, type Text } from './text.js';
import { formatValue, nonEmptyStrings } from './value.js';

interface Severity {
  readonly label: string;
  readonly style: Style;
}

/** Four severity numbers each, from 1 (logs data model, "Severity fields"). */
const SEVERITIES: readonly Severity[] = [
  { label: 'TRACE', style: 'dim' },
  { label: 'DEBUG', style: 'dim' },
  { label: 'INFO', style: 'green' },
  { label: 'WARN', style: 'yellow' },
  { label: 'ERROR', style: 'red' },
  { label: 'FATAL', style: 'boldRed' },
];

/**
 * A span's own events and its log events as one sequence by time.
 *
 * Merged, not sorted: log times are in milliseconds, so only the order of emission is right among them.
 */
export function inOrder(events: readonly TimedEvent[]): TimedEvent[] {
  const own = events.filter((event) => !isLogEvent(event)).toReversed();
  const ordered: TimedEvent[] = [];
  for (const log of events.filter(isLogEvent)) {
    for (let next = own.at(-1); next && nanosBetween(next.time, log.time) >= 0; next = own.at(-1)) {
      ordered.push(next);
      own.pop();
    }
    ordered.push(log);
  }
  return [...ordered, ...own.toReversed()];
}

/** Severity, name, body, exception: what an event says before its attributes. */
export function describeEvent(event: TimedEvent): Text[] {
  const exception = describeException(event);
  const parts = isLogEvent(event) ? describeLog(event) : [[piece(event.name)]];
  if (exception === undefined) return parts;
  return event.name === 'exception' && !isLogEvent(event) ? [[exception]] : [...parts, [exception]];
}

/** The style of the event's mark on the timeline. */
export function eventStyle(event: TimedEvent): Style {
  if (isLogEvent(event)) return severityOf(event)?.style ?? 'plain';
  return describeException(event)?.style ?? 'plain';
}

function describeLog(event: LogEvent): Text[] {
  const severity = severityOf(event);
  const [title, ...further] = titles(event).map((text) => [piece(text)]);
  const label = severity ? [piece(severity.label.padEnd(6), severity.style)] : [];
  return [[...label, ...(title as Text)], ...further];
}

/** The name and the body, unless they are one; a body of its own says more than a name that is the severity. */
function titles({ name, body, severityText }: LogEvent): string[] {
  if (body === undefined || body === null || body === name) return [name];
  const content = typeof body === 'string' ? body : formatValue(body);
  return name === severityText || name === 'log' ? [content] : [name, content];
}

function severityOf({ severityNumber, severityText }: LogEvent): Severity | undefined {
  const known = SEVERITIES[Math.floor(((severityNumber ?? 0) - 1) / 4)];
  if (known || !severityText) return known;
  return { label: severityText.toUpperCase().slice(0, 5), style: 'plain' };
}

function describeException({ attributes }: TimedEvent): Piece | undefined {
  const said = nonEmptyStrings([attributes?.['exception.type'], attributes?.['exception.message']]);
  return said.length > 0 ? piece(said.join(': '), 'red') : undefined;
}
