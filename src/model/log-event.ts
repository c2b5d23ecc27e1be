import type { Attributes, HrTime, SpanContext } from '@opentelemetry/api';
import type { AnyValue, InstrumentationScope, ReadableLogRecord, Resource, TimedEvent } from './otel.js';
import { textOf } from './text-of.js';

/**
 * A log record in the form of a span event.
 *
 * A `TimedEvent`, so that every exporter can send it, plus what only a log record has. Attribute
 * values keep the log data model's types: they may nest, which span attributes may not.
 */
export interface LogEvent extends TimedEvent {
  readonly time: HrTime;
  /** The record's event name, else its string body, else its severity text, else `log`. */
  readonly name: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly severityNumber: number | undefined;
  readonly severityText: string | undefined;
  readonly body: AnyValue;
  readonly observedTime: HrTime;
  readonly instrumentationScope: InstrumentationScope;
  /** That of the record, which all records of a logger provider share. Undefined if the record has none. */
  readonly resource: Resource | undefined;
}

/**
 * Why an event is delivered without a span.
 *
 * - `no_span`: it was emitted outside any span
 * - `remote_parent`: its span lives in another process, so it never ends in this one
 * - `unsampled`: its span is not recorded, or not wanted (`unsampledSpans`), so it never comes
 * - `scope_excluded`: `filter.scopes` leaves the scope of its span out, so it never comes
 * - `late`: its span was delivered before
 * - `evicted`: too many other spans' events were waiting
 * - `evicted_bytes`: what waited was larger than `maxParkedBytes`, and this had waited longest or was larger by itself
 * - `expired`: its span did not end within `maxParkedMillis`
 * - `shutdown`: the cache was shut down before its span ended
 */
export type OrphanReason = (typeof ORPHAN_REASONS)[number];

export const ORPHAN_REASONS = [
  'no_span', 'remote_parent', 'unsampled', 'scope_excluded', 'late', 'evicted', 'evicted_bytes', 'expired', 'shutdown',
] as const;

/** A log event that no span took in. */
export interface OrphanEvent extends LogEvent {
  /** The span it was emitted in, if any. */
  readonly spanContext: SpanContext | undefined;
  readonly reason: OrphanReason;
}

/**
 * Reads a log record into an event of its own.
 *
 * The attributes are copied one level deep: `record.attributes` is a live object that the record's owner may still change.
 *
 * Throws what the record's getters throw, and a `TypeError` for a record without a time.
 */
export function toLogEvent(record: Omit<ReadableLogRecord, 'resource'> & { readonly resource?: Resource }): LogEvent {
  const time = record.hrTime;
  if (!Array.isArray(time)) throw new TypeError('a log record must have hrTime');

  const { eventName, severityNumber, severityText, body, instrumentationScope, resource } = record;
  const line = typeof body === 'string' ? body : undefined;
  return {
    time,
    name: nonEmpty(eventName) ?? nonEmpty(line) ?? nonEmpty(severityText) ?? 'log',
    attributes: { ...record.attributes } as Attributes,
    droppedAttributesCount: record.droppedAttributesCount ?? 0,
    severityNumber, severityText, body,
    observedTime: record.hrTimeObserved ?? time,
    instrumentationScope, resource,
  };
}

/** The event with the reason no span took it in. */
export function toOrphan(event: LogEvent, spanContext: SpanContext | undefined, reason: OrphanReason): OrphanEvent {
  return { ...event, spanContext, reason };
}

/** Whether a span's event came from a log record, rather than from `span.addEvent()`. */
export function isLogEvent(event: TimedEvent): event is LogEvent {
  return 'observedTime' in event;
}

/** A name of the application's, which need not be a string. */
function nonEmpty(name: unknown): string | undefined {
  if (name === undefined || name === null || name === '') return undefined;
  return textOf(name);
}
