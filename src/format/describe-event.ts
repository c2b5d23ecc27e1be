import { EXCEPTION_MESSAGE, EXCEPTION_TYPE } from '../model/semconv.js';
import { textOf } from '../model/text-of.js';
import { nanosBetween } from '../trace/text/duration.js';
import type { Style } from './styles.js';
import { piece, type Piece, type Text } from './text.js';
import { severityName, type SeverityName } from '../trace/text/names.js';
import { textsOf } from './describe-span.js';
import type { PlainEvent } from '../trace/plain-span.js';

const STYLES: Readonly<Record<SeverityName, Style>> = {
  TRACE: 'dim',
  DEBUG: 'dim',
  INFO: 'green',
  WARN: 'yellow',
  ERROR: 'red',
  FATAL: 'boldRed',
};

/**
 * A span's own events and its log events as one sequence by time.
 *
 * Merged, not sorted: log times are in milliseconds, so only the order of emission is right among them.
 */
export function inOrder(events: readonly PlainEvent[]): PlainEvent[] {
  const own = events.filter(({ isLog }) => !isLog).toReversed();
  const ordered: PlainEvent[] = [];
  for (const log of events.filter(({ isLog }) => isLog)) {
    for (let next = own.at(-1); next && nanosBetween(next.time, log.time) >= 0; next = own.at(-1)) {
      ordered.push(next);
      own.pop();
    }
    ordered.push(log);
  }
  return [...ordered, ...own.toReversed()];
}

/** Severity, name, body, exception: what an event says before its attributes, of each at most `maxLength` characters. */
export function describeEvent(event: PlainEvent, maxLength: number): Text[] {
  const { name, isLog } = event;
  const exception = describeException(event, maxLength);
  const parts = isLog ? describeLog(event, maxLength) : [[piece(name, 'plain', maxLength)]];
  if (exception === undefined) return parts;
  return name === 'exception' && !isLog ? [[exception]] : [...parts, [exception]];
}

/** The style of the event's mark on the timeline. */
export function eventStyle(event: PlainEvent): Style {
  if (event.isLog) return severityOf(event)?.style ?? 'plain';
  return isException(event) ? 'red' : 'plain';
}

function describeLog(log: PlainEvent, maxLength: number): Text[] {
  const severity = severityOf(log);
  const [title, ...further] = titles(log).map((text) => [piece(text, 'plain', maxLength)]);
  return [[...(severity ? [severity] : []), ...(title as Text)], ...further];
}

/** The name and the body, unless they are one; a body of its own says more than a name that is the severity. */
function titles({ name, body, severityText }: PlainEvent): unknown[] {
  if (body === undefined || body === null || body === name) return [name];
  return name === severityText || name === 'log' ? [body] : [name, body];
}

function severityOf({ severityNumber, severityText }: PlainEvent): Piece | undefined {
  const name = severityName(severityNumber);
  if (name !== undefined) return piece(name.padEnd(6), STYLES[name]);
  return severityText ? piece(textOf(severityText, 6).toUpperCase().slice(0, 5).padEnd(6)) : undefined;
}

function describeException({ attributes }: PlainEvent, maxLength: number): Piece | undefined {
  const values = new Map(attributes);
  const said = textsOf([values.get(EXCEPTION_TYPE), values.get(EXCEPTION_MESSAGE)], maxLength);
  return said.length > 0 ? piece(said.join(': '), 'red') : undefined;
}

function isException({ attributes }: PlainEvent): boolean {
  return attributes.some(([key, value]) => (key === EXCEPTION_TYPE || key === EXCEPTION_MESSAGE) && Boolean(value));
}
