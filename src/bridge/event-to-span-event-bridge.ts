import {
  isSpanContextValid,
  trace,
  type Attributes,
  type Context,
  type HrTime,
  type Span,
} from '@opentelemetry/api';
import { Episode } from '../support/episode.js';
import { attributeEntries } from '../model/attribute-entries.js';
import { toAttributeValue } from '../model/attribute-value.js';
import { markBridged } from './bridged-records.js';
import type { AnyValueMap, LogRecordProcessor, ReadableLogRecord } from '../model/otel.js';

/**
 * Adds each event that is logged in a recording span to that span, as a span event.
 *
 * Implements the section "Event to span event bridge" of the OpenTelemetry logs SDK specification, which
 * has the status Development. A log record is bridged if all of this holds, and else left alone:
 *
 * - it has an event name
 * - it has a valid trace id and span id
 * - the span of the context that it was emitted in is recording, sampled or not
 * - that span has the same trace id and span id
 *
 * The span event has the record's event name, its time and its attributes. Body and severity stay behind:
 * the specification maps them to nothing. Values that a span event cannot hold become strings.
 *
 * The record itself goes on, unchanged, to the processors behind. So the events are exported as logs too,
 * if there is an exporter for logs.
 *
 * An event logged after its span has ended is not bridged. To have that one too, use a `SpanCache`.
 * Together, in either order, an event that was bridged is not merged a second time.
 *
 * ```ts
 * new NodeSDK({ logRecordProcessors: [new EventToSpanEventBridge()] });
 * ```
 */
export class EventToSpanEventBridge implements LogRecordProcessor {
  readonly #trouble = new Episode();
  #shutDown = false;

  /** Never throws: an event that cannot be read or added is reported through `diag`, once per episode. */
  onEmit(logRecord: ReadableLogRecord, context?: Context): void {
    try {
      // Most log records are no events. This is all that they cost.
      if (logRecord.eventName) this.#bridge(logRecord, context);
    } catch (error) {
      this.#trouble.report('a log event could not be added to its span', error);
    }
  }

  /** Whether an event of this name would be bridged. Lets the SDK skip records that nobody else reads. */
  enabled(options: { context: Context; eventName?: string }): boolean {
    try {
      if (this.#shutDown || !isEventName(options.eventName)) return false;
      return trace.getSpan(options.context)?.isRecording() === true;
    } catch {
      return false;
    }
  }

  /** There is nothing to flush: an event is on its span when `onEmit` returns. */
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  /** From then on nothing is bridged. */
  shutdown(): Promise<void> {
    this.#shutDown = true;
    return Promise.resolve();
  }

  /** Nobody has to ask `enabled()` first, so every condition is checked here. */
  #bridge(record: ReadableLogRecord, context: Context | undefined): void {
    const { eventName, spanContext } = record;
    if (this.#shutDown || !isEventName(eventName) || context === undefined) return;
    if (spanContext === undefined || !isSpanContextValid(spanContext)) return;
    const span = trace.getSpan(context);
    if (span === undefined || !span.isRecording()) return;
    const { traceId, spanId } = span.spanContext();
    if (traceId !== spanContext.traceId || spanId !== spanContext.spanId) return;

    span.addEvent(eventName, toAttributes(record.attributes), timeOf(record));
    if (hasLast(span, eventName)) markBridged(record);
    this.#trouble.end();
  }
}

/** Whether the span took the event: with a limit of no events it does not. A span that does not show is trusted. */
function hasLast(span: Span, eventName: string): boolean {
  const { events } = span as { events?: readonly { name: string }[] };
  return events === undefined || events.at(-1)?.name === eventName;
}

function isEventName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function toAttributes(attributes: AnyValueMap | undefined): Attributes {
  return Object.fromEntries(attributeEntries(attributes).map(([key, value]) => [key, toAttributeValue(value)]));
}

/**
 * The record's time, or else the time it was observed. Undefined has the span take the time of the call.
 *
 * A copy, because the span keeps it and the record may still be changed. Never a number: the SDK takes a
 * small one for a reading of `performance.now()`.
 */
function timeOf({ hrTime, hrTimeObserved }: ReadableLogRecord): HrTime | undefined {
  const time = [hrTime, hrTimeObserved].find(isSet);
  return time && [time[0], time[1]];
}

/** OTLP reads zero as an unknown time. */
function isSet(time: HrTime | undefined): time is HrTime {
  return Array.isArray(time) && (time[0] !== 0 || time[1] !== 0);
}
