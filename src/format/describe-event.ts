import { textOf } from '../model/text-of.js';
import { nanosBetween } from '../trace/text/duration.js';
import type { Style } from './styles.js';
import { piece, type Piece, type Text } from './text.js';
import { textsOf } from '../trace/text/value.js';
import type { EventView, LogView } from './views.js';

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
export function inOrder(events: readonly EventView[]): EventView[] {
  const own = events.filter(({ log }) => log === undefined).toReversed();
  const ordered: EventView[] = [];
  for (const log of events.filter((event) => event.log !== undefined)) {
    for (let next = own.at(-1); next && nanosBetween(next.time, log.time) >= 0; next = own.at(-1)) {
      ordered.push(next);
      own.pop();
    }
    ordered.push(log);
  }
  return [...ordered, ...own.toReversed()];
}

/** Severity, name, body, exception: what an event says before its attributes, of each at most `maxLength` characters. */
export function describeEvent(event: EventView, maxLength: number): Text[] {
  const { name, log } = event;
  const exception = describeException(event, maxLength);
  const parts = log === undefined ? [[piece(name, 'plain', maxLength)]] : describeLog(name, log, maxLength);
  if (exception === undefined) return parts;
  return name === 'exception' && log === undefined ? [[exception]] : [...parts, [exception]];
}

/** The style of the event's mark on the timeline. */
export function eventStyle(event: EventView): Style {
  if (event.log !== undefined) return severityOf(event.log)?.style ?? 'plain';
  return isException(event) ? 'red' : 'plain';
}

function describeLog(name: unknown, log: LogView, maxLength: number): Text[] {
  const severity = severityOf(log);
  const [title, ...further] = titles(name, log).map((text) => [piece(text, 'plain', maxLength)]);
  const label = severity ? [piece(severity.label.padEnd(6), severity.style)] : [];
  return [[...label, ...(title as Text)], ...further];
}

/** The name and the body, unless they are one; a body of its own says more than a name that is the severity. */
function titles(name: unknown, { body, severityText }: LogView): unknown[] {
  if (body === undefined || body === null || body === name) return [name];
  return name === severityText || name === 'log' ? [body] : [name, body];
}

function severityOf({ severityNumber = 0, severityText }: LogView): Severity | undefined {
  const known = SEVERITIES[Math.floor((severityNumber - 1) / 4)];
  if (known || !severityText) return known;
  return { label: textOf(severityText, 6).toUpperCase().slice(0, 5), style: 'plain' };
}

function describeException({ attributes }: EventView, maxLength: number): Piece | undefined {
  const values = new Map(attributes);
  const said = textsOf([values.get('exception.type'), values.get('exception.message')], maxLength);
  return said.length > 0 ? piece(said.join(': '), 'red') : undefined;
}

function isException({ attributes }: EventView): boolean {
  return attributes.some(([key, value]) => (key === 'exception.type' || key === 'exception.message') && Boolean(value));
}
