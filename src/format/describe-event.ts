import { EXCEPTION_MESSAGE, EXCEPTION_STACKTRACE, EXCEPTION_TYPE } from '../model/semconv.js';
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

/** The head of a stack trace: `TimeoutError: aborted`, `Error [E23]: late`, `errors.Late`. */
const NAME_IN_STACK = /^([A-Za-z_$][\w$.]*)(?: \[\w+\])?(?::|\n|$)/;

/**
 * Merges a span's own events and its log events by time.
 *
 * Log events stay in emission order, because their times have only millisecond precision.
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

/** Severity, name, body and exception of an event, each with at most `maxLength` characters. */
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

/** The name and the body, or only one of them if they are equal or the name is a default. */
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
  const texts = textsOf([exceptionType(values, maxLength), values.get(EXCEPTION_MESSAGE)], maxLength);
  return texts.length > 0 ? piece(texts.join(': '), 'red') : undefined;
}

/** The SDK records an error's `code` in place of its name. A numeric code is replaced by the name in the stack. */
function exceptionType(values: ReadonlyMap<string, unknown>, maxLength: number): unknown {
  const type = values.get(EXCEPTION_TYPE);
  if (!/^-?\d+$/.test(textOf(type, maxLength))) return type;
  const stack = textOf(values.get(EXCEPTION_STACKTRACE) ?? '', maxLength);
  return NAME_IN_STACK.exec(stack)?.[1] ?? type;
}

function isException({ attributes }: PlainEvent): boolean {
  return attributes.some(([key, value]) => (key === EXCEPTION_TYPE || key === EXCEPTION_MESSAGE) && Boolean(value));
}
