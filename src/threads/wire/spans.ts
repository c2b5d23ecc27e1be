import type { Attributes, Link, SpanContext } from '@opentelemetry/api';
import { isLogEvent, type LogEvent, type OrphanEvent, type OrphanReason } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { TimedEvent } from '../../model/otel.js';
import { textOf } from '../../model/text-of.js';
import { readContext, readTime, readTimes, writeContext, writeTime, writeTimes } from './contexts.js';
import type { ReceivedObjects, SentObjects } from './shared-objects.js';
import { readAttributes, readValue, writeAttributes, writeValue } from './values.js';
import type { WireReader } from './wire-reader.js';
import { countOf, type WireWriter } from './wire-writer.js';

/*
 * The schema of spans, events, links and orphans, each with adjacent functions for writing and reading. A change
 * requires a new `WIRE_VERSION`.
 *
 * An event, a link or an attribute that cannot be read is left out and counts as dropped. A span whose ids, times or
 * lists cannot be read is left out.
 */

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const SPAN = { ended: 1, parent: 2, message: 4 } as const;

export function writeSpan(writer: WireWriter, span: DeliveredSpan, objects: SentObjects): void {
  const { parentSpanContext: parent, status, events, links } = span;
  const { code, message } = status;
  const context = span.spanContext();
  writer.byte(
    (span.ended ? SPAN.ended : 0) |
      (parent === undefined ? 0 : SPAN.parent) |
      (message === undefined ? 0 : SPAN.message),
  );
  writeContext(writer, context);
  if (parent !== undefined) writeContext(writer, parent, context);
  writer.text(textOf(span.name));
  writer.count(span.kind);
  writeTimes(writer, span.startTime, span.endTime, span.duration);
  writer.count(code);
  if (message !== undefined) writer.text(textOf(message));
  writer.uint(objects.resource(span.resource));
  writer.uint(objects.scope(span.instrumentationScope));
  writer.count(span.revision);
  writer.uint(writeAttributes(writer, span.attributes) + countOf(span.droppedAttributesCount));
  const lostEvents = writer.list(events, (_, event) => writeEvent(writer, event, objects));
  writer.uint(lostEvents + countOf(span.droppedEventsCount));
  writer.uint(writer.list(links, writeLink) + countOf(span.droppedLinksCount));
}

export function readSpan(reader: WireReader, objects: ReceivedObjects): DeliveredSpan {
  const form = reader.byte();
  const context = readContext(reader);
  const parent = (form & SPAN.parent) > 0 ? readContext(reader, context) : undefined;
  const name = reader.text();
  const kind = reader.uint();
  const { startTime, endTime, duration } = readTimes(reader);
  const code = reader.uint();
  const status = (form & SPAN.message) > 0 ? { code, message: reader.text() } : { code };
  const resource = objects.resource(reader.uint());
  const instrumentationScope = objects.scope(reader.uint());
  const revision = reader.uint();
  const attributes = readAttributes(reader);
  const droppedAttributesCount = reader.uint();
  const events = reader.list(() => readEvent(reader, objects));
  const droppedEventsCount = reader.uint();
  const links = reader.list(readLink);
  const droppedLinksCount = reader.uint();
  const span: Mutable<DeliveredSpan> = {
    name,
    kind,
    spanContext: () => context,
    startTime,
    endTime,
    status,
    attributes,
    links,
    events,
    duration,
    ended: (form & SPAN.ended) > 0,
    resource,
    instrumentationScope,
    droppedAttributesCount,
    droppedEventsCount,
    droppedLinksCount,
  };
  // Spreading the optional members into the literal would take longer than everything else.
  if (parent !== undefined) span.parentSpanContext = parent;
  if (revision > 0) span.revision = revision;
  return span;
}

export function writeOrphan(writer: WireWriter, orphan: OrphanEvent, objects: SentObjects): void {
  const { reason, spanContext } = orphan;
  writer.text(textOf(reason));
  writer.byte(spanContext === undefined ? 0 : 1);
  if (spanContext !== undefined) writeContext(writer, spanContext);
  writeEvent(writer, orphan, objects);
}

export function readOrphan(reader: WireReader, objects: ReceivedObjects): OrphanEvent {
  const reason = reader.text() as OrphanReason;
  const spanContext: SpanContext | undefined = reader.byte() === 0 ? undefined : readContext(reader);
  return { ...(readEvent(reader, objects) as LogEvent), spanContext, reason };
}

const EVENT = { log: 1, severityText: 2, resource: 4 } as const;

function writeEvent(writer: WireWriter, event: TimedEvent, objects: SentObjects): void {
  const { name, time } = event;
  writer.text(textOf(name));
  writeTime(writer, time);
  writeDetails(writer, event);
  if (isLogEvent(event)) writeLogEvent(writer, event, objects);
  else writer.byte(0);
}

function writeLogEvent(writer: WireWriter, event: LogEvent, objects: SentObjects): void {
  const { severityNumber, severityText, body, observedTime, instrumentationScope, resource } = event;
  const hasResource = resource !== undefined && resource !== null;
  writer.byte(EVENT.log | (severityText === undefined ? 0 : EVENT.severityText) | (hasResource ? EVENT.resource : 0));
  writeValue(writer, severityNumber);
  if (severityText !== undefined) writer.text(textOf(severityText));
  writeValue(writer, body);
  writeTime(writer, observedTime);
  writer.uint(objects.scope(instrumentationScope));
  if (hasResource) writer.uint(objects.resource(resource));
}

function readEvent(reader: WireReader, objects: ReceivedObjects): TimedEvent {
  const name = reader.text();
  const time = readTime(reader);
  const event: TimedEvent = { name, time };
  readDetails(reader, event);
  const form = reader.byte();
  if ((form & EVENT.log) === 0) return event;
  return {
    attributes: {},
    droppedAttributesCount: 0,
    ...event,
    severityNumber: readValue(reader) as number | undefined,
    severityText: (form & EVENT.severityText) > 0 ? reader.text() : undefined,
    body: readValue(reader) as LogEvent['body'],
    observedTime: readTime(reader),
    instrumentationScope: objects.scope(reader.uint()),
    resource: (form & EVENT.resource) > 0 ? objects.resource(reader.uint()) : undefined,
  } as LogEvent;
}

/** Throws for a link without ids. */
function writeLink(writer: WireWriter, link: Link): void {
  writeContext(writer, link.context);
  writeDetails(writer, link);
}

function readLink(reader: WireReader): Link {
  const link: Link = { context: readContext(reader) };
  readDetails(reader, link);
  return link;
}

interface Details {
  attributes?: Attributes;
  droppedAttributesCount?: number;
}

const DETAILS = { attributes: 1, dropped: 2 } as const;

/** The attributes of an event or a link, and the number of dropped ones. Both are optional. */
function writeDetails(writer: WireWriter, { attributes, droppedAttributesCount }: Details): void {
  const start = writer.length;
  writer.byte(0);
  const lost = attributes === undefined ? 0 : writeAttributes(writer, attributes);
  const hasDropped = lost > 0 || droppedAttributesCount !== undefined;
  if (hasDropped) writer.uint(lost + countOf(droppedAttributesCount));
  writer.setByte(start, (attributes === undefined ? 0 : DETAILS.attributes) | (hasDropped ? DETAILS.dropped : 0));
}

function readDetails(reader: WireReader, owner: Details): void {
  const form = reader.byte();
  if ((form & DETAILS.attributes) > 0) owner.attributes = readAttributes(reader);
  if ((form & DETAILS.dropped) > 0) owner.droppedAttributesCount = reader.uint();
}
