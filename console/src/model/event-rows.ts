import type { DeliveredSpan } from 'otel-span-cache';
import { readAttributes } from './attributes.js';
import { enumIn, firstFinite, listIn, memberOf, millisIn } from './read.js';
import { idIn, MAX_NAME, optionalText } from './read-text.js';
import { EVENT_BYTES, LINK_BYTES, type RowSize } from './row-size.js';
import type { EventRow, LinkRow, LogPart } from './span-row.js';
import { textOf, UNREADABLE } from './text.js';

/** Maximum number of events of one span; further ones are left out and counted in `dropped.events`. */
const MAX_EVENTS = 1_000;
const MAX_LINKS = 1_000;

/** Rows of a list, and the number of items left out. */
export interface Rows<T> {
  readonly rows: readonly T[];
  readonly left: number;
}

export const NO_ROWS: Rows<never> = { rows: [], left: 0 };

/** @param start used as the time of an event without one */
export function eventRows(span: DeliveredSpan, start: number, size: RowSize): Rows<EventRow> {
  return rowsOf(span, 'events', MAX_EVENTS, size, (event) => {
    size.add(EVENT_BYTES);
    return eventRow(event, firstFinite(millisIn(event, 'time')) ?? start, size);
  });
}

export function linkRows(span: DeliveredSpan, size: RowSize): Rows<LinkRow> {
  return rowsOf(span, 'links', MAX_LINKS, size, (link) => {
    size.add(LINK_BYTES);
    const context = memberOf(link, 'context');
    const { attributes } = readAttributes(memberOf(link, 'attributes'), size);
    return {
      traceId: idIn(context, 'traceId') ?? UNREADABLE,
      spanId: idIn(context, 'spanId') ?? UNREADABLE,
      attributes,
    };
  });
}

function rowsOf<T>(
  span: DeliveredSpan,
  key: 'events' | 'links',
  max: number,
  size: RowSize,
  make: (item: unknown) => T,
): Rows<T> {
  const { items, left } = listIn(span, key, max);
  if (items.length === 0) return NO_ROWS;
  const rows: T[] = [];
  for (const item of items) {
    if (size.isFull) break;
    rows.push(make(item));
  }
  return { rows, left: left + items.length - rows.length };
}

export function eventRow(event: unknown, time: number, size: RowSize): EventRow {
  const { attributes } = readAttributes(memberOf(event, 'attributes'), size);
  const name = size.text(textOf(memberOf(event, 'name')));
  return { name, time, attributes, log: isLog(event) ? logPart(event, name, size) : undefined };
}

/** Whether an event is from a log record: only these have an observed time. */
function isLog(event: unknown): boolean {
  return event !== UNREADABLE && memberOf(event, 'observedTime') !== undefined;
}

function logPart(event: unknown, name: string, size: RowSize): LogPart {
  const severityNumber = enumIn(event, 'severityNumber', 24);
  const body = textOf(memberOf(event, 'body'));
  return {
    severityNumber: severityNumber === 0 ? undefined : severityNumber,
    severityText: optionalText(memberOf(event, 'severityText'), MAX_NAME),
    body: body === name ? name : size.text(body),
  };
}
