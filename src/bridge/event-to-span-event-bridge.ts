import { isSpanContextValid, trace, type Context, type HrTime, type Span } from '@opentelemetry/api';
import { Episode } from '../support/episode.js';
import { attributeEntries } from '../model/attribute-entries.js';
import { toAttributes } from '../model/attribute-value.js';
import { markBridged } from './bridged-records.js';
import type { LogRecordProcessor, ReadableLogRecord } from '../model/otel.js';

/**
 * A log record processor that adds each event logged in a recording span to that span, as a span event.
 *
 * Implements the section "Event to span event bridge" of the OpenTelemetry logs SDK specification (status:
 * Development). A log record is bridged if all of these conditions hold:
 *
 * - it has an event name
 * - it has a valid trace id and span id
 * - the span in the context it was emitted with is recording, sampled or not
 * - that span has the same trace id and span id
 *
 * The span event gets the record's event name, time and attributes. The body and the severity are not copied, because
 * the specification does not map them. Attribute values that a span event cannot hold become strings.
 *
 * The record itself is passed on unchanged to the next processors, so the event is also exported as a log record if a
 * log exporter is configured.
 *
 * An event logged after its span has ended is not bridged. Use a `SpanCache` to capture it as well. With both
 * registered, in either order, a bridged event is not merged again.
 *
 * ```ts
 * new NodeSDK({ logRecordProcessors: [new EventToSpanEventBridge()] });
 * ```
 */
export class EventToSpanEventBridge implements LogRecordProcessor {
  readonly #failures = new Episode();
  #shutDown = false;

  /** Never throws. An event that cannot be read or added is reported through `diag`, once per episode. */
  onEmit(logRecord: ReadableLogRecord, context?: Context): void {
    try {
      // Most log records have no event name. This check is all they cost.
      if (logRecord.eventName) this.#bridge(logRecord, context);
    } catch (error) {
      this.#failures.report('a log event could not be added to its span', error);
    }
  }

  /** Whether an event of this name would be bridged. The SDK skips records for which no processor returns true. */
  enabled(options: { context: Context; eventName?: string }): boolean {
    try {
      if (this.#shutDown || !isEventName(options.eventName)) return false;
      return trace.getSpan(options.context)?.isRecording() === true;
    } catch {
      return false;
    }
  }

  /** Resolves at once: `onEmit` adds an event to its span before it returns. */
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  /** Stops bridging. */
  shutdown(): Promise<void> {
    this.#shutDown = true;
    return Promise.resolve();
  }

  /** Checks every condition, because callers need not call `enabled()` first. */
  #bridge(record: ReadableLogRecord, context: Context | undefined): void {
    const { eventName, spanContext } = record;
    if (this.#shutDown || !isEventName(eventName) || context === undefined) return;
    if (spanContext === undefined || !isSpanContextValid(spanContext)) return;
    const span = trace.getSpan(context);
    if (span === undefined || !span.isRecording()) return;
    const { traceId, spanId } = span.spanContext();
    if (traceId !== spanContext.traceId || spanId !== spanContext.spanId) return;

    span.addEvent(eventName, toAttributes(attributeEntries(record.attributes)), timeOf(record));
    if (hasLast(span, eventName)) markBridged(record);
    this.#failures.end();
  }
}

/**
 * Whether the span kept the event: it does not if its event limit is 0. True for a span whose events cannot be read.
 */
function hasLast(span: Span, eventName: string): boolean {
  const { events } = span as { events?: readonly { name: string }[] };
  return events === undefined || events.at(-1)?.name === eventName;
}

function isEventName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/**
 * The record's time, or else its observed time. If both are unset, returns undefined and the span uses the current
 * time.
 *
 * Returns a copy, because the span keeps it while the record may still change. Never a number: the SDK reads a small
 * number as a value of `performance.now()`.
 */
function timeOf({ hrTime, hrTimeObserved }: ReadableLogRecord): HrTime | undefined {
  const time = [hrTime, hrTimeObserved].find(isSet);
  return time && [time[0], time[1]];
}

/** In OTLP, zero means that the time is unknown. */
function isSet(time: HrTime | undefined): time is HrTime {
  return Array.isArray(time) && (time[0] !== 0 || time[1] !== 0);
}
