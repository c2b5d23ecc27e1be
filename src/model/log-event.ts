import type { Attributes, HrTime, SpanContext } from '@opentelemetry/api';
import type { AnyValue, InstrumentationScope, ReadableLogRecord, Resource, TimedEvent } from './otel.js';
import { textOf } from './text-of.js';

/**
 * A log record in the form of a span event.
 *
 * It is a `TimedEvent`, so that every exporter can send it, with the additional fields of a log record. Attribute
 * values keep the types of the log data model: unlike span attributes, they may nest.
 */
export interface LogEvent extends TimedEvent {
  readonly time: HrTime;
  /** The record's event name, else its body if that is a string, else its severity text, else `log`. */
  readonly name: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly severityNumber: number | undefined;
  readonly severityText: string | undefined;
  readonly body: AnyValue;
  readonly observedTime: HrTime;
  readonly instrumentationScope: InstrumentationScope;
  /** The resource of the record. Undefined if the record has none. */
  readonly resource: Resource | undefined;
}

/**
 * Why an event is delivered without a span.
 *
 * - `no_span`: it was emitted outside any span
 * - `remote_parent`: its span belongs to another process, so it never ends in this one
 * - `unsampled`: its span is not sampled, and excluded by `unsampledSpans: false` or not known to be recorded
 * - `scope_excluded`: the scope of its span is excluded by `filter.scopes`, so its span is never delivered
 * - `late`: its span was already delivered
 * - `evicted`: the events of more than `maxParkedSpans` spans were waiting, and its span had waited longest
 * - `evicted_bytes`: waiting events and spans exceeded `maxParkedBytes`, and this event had waited longest or exceeded
 *   the limit by itself
 * - `expired`: its span did not end within `maxParkedMillis`
 * - `shutdown`: the cache was shut down before its span ended
 */
export type OrphanReason = (typeof ORPHAN_REASONS)[number];

export const ORPHAN_REASONS = [
  'no_span',
  'remote_parent',
  'unsampled',
  'scope_excluded',
  'late',
  'evicted',
  'evicted_bytes',
  'expired',
  'shutdown',
] as const;

/** A log event that is delivered without a span. */
export interface OrphanEvent extends LogEvent {
  /** Context of the span that the record was emitted in, if any. */
  readonly spanContext: SpanContext | undefined;
  readonly reason: OrphanReason;
}

/**
 * Converts a log record to an event.
 *
 * Copies the attributes one level deep, because `record.attributes` is a live object that its owner may still change.
 *
 * Throws errors of the record's getters, and a `TypeError` for a record without a time.
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
    severityNumber,
    severityText,
    body,
    observedTime: record.hrTimeObserved ?? time,
    instrumentationScope,
    resource,
  };
}

export function toOrphan(event: LogEvent, spanContext: SpanContext | undefined, reason: OrphanReason): OrphanEvent {
  return { ...event, spanContext, reason };
}

/** Whether an event of a span was created from a log record, not by `span.addEvent()`. */
export function isLogEvent(event: TimedEvent): event is LogEvent {
  return 'observedTime' in event;
}

/** Names come from the application and need not be strings. */
function nonEmpty(name: unknown): string | undefined {
  if (name === undefined || name === null || name === '') return undefined;
  return textOf(name);
}
