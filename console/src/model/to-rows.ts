import type { Attributes } from '@opentelemetry/api';
import type { DeliveredSpan } from 'otel-span-cache';
import { plainBytes, readAttributes, setAttribute } from './attributes.js';
import { eventRows, linkRows, NO_ROWS } from './event-rows.js';
import { countIn, enumIn, firstFinite, MAX_MILLIS, memberOf, millisIn } from './read.js';
import { idIn, INVALID_SPAN_ID, MAX_ID, MAX_NAME, optionalText } from './read-text.js';
import { RowSize, SPAN_BYTES } from './row-size.js';
import type { NewSpanRow, SeenProcess, SpanRow } from './span-row.js';
import { textOf, UNREADABLE } from './text.js';

const THREAD_ID = 'thread.id';

/** Key of the attribute that lists a span's unreadable numeric members, which no text can mark. */
export const UNREADABLE_MEMBERS = 'otel_span_cache.unreadable';

/** Shared by all spans without drops. */
const NOTHING_DROPPED = Object.freeze({ attributes: 0, events: 0, links: 0 });

/**
 * The row of a delivered span. Never throws: `[unreadable]` replaces a value that cannot be read.
 *
 * The size of the row is estimated during conversion and bounded: 8 kB per text, 1,000 events, 1,000 links, 1 MB in
 * total. Everything left out is counted in `dropped`.
 */
export function toSpanRow(span: DeliveredSpan, process: SeenProcess): NewSpanRow {
  const size = new RowSize(SPAN_BYTES);
  const damaged: string[] = [];
  const context = contextOf(span);
  const parent = memberOf(span, 'parentSpanContext');
  const status = memberOf(span, 'status');
  const scope = memberOf(span, 'instrumentationScope');
  const { attributes, left } = readAttributes(memberOf(span, 'attributes'), size);
  const start = millisIn(span, 'startTime');
  const events = eventRows(span, start, size);
  const links = linkRows(span, size);
  const kind = enumIn(span, 'kind', 4);
  const duration = durationOf(span);
  if (Number.isNaN(start)) damaged.push('startTime');
  if (duration === undefined) damaged.push('duration');
  if (kind === undefined) damaged.push('kind');
  const message = optionalText(memberOf(status, 'message'));
  return {
    id: 0,
    process,
    traceId: idIn(context, 'traceId') ?? UNREADABLE,
    spanId: idIn(context, 'spanId') ?? UNREADABLE,
    parentSpanId: idIn(parent, 'spanId'),
    parentIsRemote: memberOf(parent, 'isRemote') === true,
    name: size.text(textOf(memberOf(span, 'name'), MAX_NAME)),
    kind: kind ?? 0,
    status: enumIn(status, 'code', 2) ?? 0,
    statusMessage: message === undefined || message === '' ? undefined : size.text(message),
    start,
    duration: duration ?? 0,
    attributes: damaged.length === 0 ? attributes : marked(attributes, damaged),
    events: events.rows,
    links: links.rows,
    scope: textOf(memberOf(scope, 'name'), MAX_NAME),
    scopeVersion: optionalText(memberOf(scope, 'version'), MAX_NAME),
    thread: threadOf(attributes),
    dropped: droppedOf(
      countIn(span, 'droppedAttributesCount') + left,
      countIn(span, 'droppedEventsCount') + events.left,
      countIn(span, 'droppedLinksCount') + links.left,
    ),
    bytes: size.bytes,
  };
}

/**
 * The row of a span created by an unpacker: plain data that nothing else refers to, so its attributes are kept
 * unchanged. A span in which anything must be cut or replaced takes the slow path.
 */
export function ofUnpacked(span: DeliveredSpan, process: SeenProcess): NewSpanRow {
  const { parentSpanContext: parent, startTime, duration, status, attributes, instrumentationScope: scope } = span;
  const { traceId, spanId } = span.spanContext();
  const parentSpanId = parent?.spanId;
  const kind: number = span.kind;
  const code: number = status.code;
  const start = startTime[0] * 1e3 + startTime[1] / 1e6;
  const millis = duration[0] * 1e3 + duration[1] / 1e6;
  const attributeBytes = plainBytes(attributes);
  const isPlain =
    attributeBytes >= 0 &&
    Math.abs(start) <= MAX_MILLIS &&
    millis >= 0 &&
    millis <= MAX_MILLIS &&
    kind <= 4 &&
    code <= 2 &&
    status.message === undefined &&
    isUsualId(traceId) &&
    isUsualId(spanId) &&
    (parentSpanId === undefined || isUsualId(parentSpanId)) &&
    span.name.length <= MAX_NAME &&
    scope.name.length <= MAX_NAME &&
    (scope.version === undefined || scope.version.length <= MAX_NAME);
  if (!isPlain) return toSpanRow(span, process);
  const size = new RowSize(SPAN_BYTES + attributeBytes);
  const events = span.events.length === 0 ? NO_ROWS : eventRows(span, start, size);
  const links = span.links.length === 0 ? NO_ROWS : linkRows(span, size);
  return {
    id: 0,
    process,
    traceId,
    spanId,
    parentSpanId,
    parentIsRemote: parent?.isRemote === true,
    name: size.text(span.name),
    kind,
    status: code,
    statusMessage: undefined,
    start,
    duration: millis,
    attributes,
    events: events.rows,
    links: links.rows,
    scope: scope.name,
    scopeVersion: scope.version,
    thread: threadOf(attributes),
    dropped: droppedOf(
      span.droppedAttributesCount,
      span.droppedEventsCount + events.left,
      span.droppedLinksCount + links.left,
    ),
    bytes: size.bytes,
  };
}

/** Whether an id is usable without a closer check: not empty, all zeros or too long. */
function isUsualId(id: string): boolean {
  return id !== '' && id !== INVALID_SPAN_ID && id.length <= MAX_ID;
}

function droppedOf(attributes: number, events: number, links: number): SpanRow['dropped'] {
  return attributes + events + links === 0 ? NOTHING_DROPPED : { attributes, events, links };
}

function contextOf(span: DeliveredSpan): unknown {
  try {
    return span.spanContext();
  } catch {
    return UNREADABLE;
  }
}

/** Duration in milliseconds; undefined if no member of the span contains it. */
function durationOf(span: DeliveredSpan): number | undefined {
  const duration = firstFinite(millisIn(span, 'duration'), millisIn(span, 'endTime') - millisIn(span, 'startTime'));
  return duration === undefined ? undefined : Math.max(0, duration);
}

function marked(attributes: Attributes, damaged: readonly string[]): Attributes {
  const copy = { ...attributes };
  setAttribute(copy, UNREADABLE_MEMBERS, damaged.join(', '));
  return copy;
}

function threadOf({ [THREAD_ID]: thread }: Attributes): number | undefined {
  return typeof thread === 'number' && Number.isSafeInteger(thread) && thread >= 0 ? thread : undefined;
}
