import type { SpanContext } from '@opentelemetry/api';
import type { DeliveredSpan } from '../../../model/merged-span.js';
import type { ReadableLogRecord } from '../../../model/otel.js';
import type { SpanIdentity } from '../../../model/span-map.js';
import type { EventBucket } from '../event-bucket.js';
import type { SpanReading } from '../span-reading.js';

/** What becomes of an event that comes after its span was delivered. */
export type LateEvents = 'drop' | 'orphan' | 'amend' | { readonly holdMillis: number };

/**
 * Decides what becomes of late events, and so when a span that has ended is delivered, and how often.
 *
 * A policy may keep spans: those that wait for late events (held), or that late events may change (amendable). What it
 * keeps counts towards `maxParkedBytes`.
 */
export interface LatePolicy {
  /** Whether it keeps spans, so that each span has to be read. */
  readonly keepsSpans: boolean;
  /** Ended spans that wait to be delivered. */
  readonly heldSpans: number;
  /** Events on their way with a span that has ended. */
  readonly heldEvents: number;
  /** About how much the kept spans keep alive, with the events of held ones. */
  readonly bytes: number;
  /** Time from which the oldest kept span was kept; undefined if none is. */
  readonly oldestSince: number | undefined;
  /** How long spans are held; undefined if none is. */
  readonly holdMillis: number | undefined;
  /** Whether `settleNext()` has something to deliver that waits for no time to pass. */
  readonly hasAmendments: boolean;
  /** Whether a span is held. */
  holds(span: SpanIdentity): boolean;
  /** A span has ended: delivers or holds it, with the events parked for it. If it cannot be read, they stay parked. */
  onSpan(span: DeliveredSpan, reading: SpanReading, now: number): void;
  /** Adds the event to the span, if that is kept. Throws, and has changed nothing, if the record cannot be read. */
  addEvent(record: ReadableLogRecord, span: SpanReading): boolean;
  /** An event whose span is gone. Throws, and has changed nothing, if the record has to be read and cannot be. */
  onLateEvent(record: ReadableLogRecord, spanContext: SpanContext): void;
  /** Events, in a bucket that was taken out, whose span is gone. */
  onLateEvents(bucket: EventBucket): void;
  /** Delivers one span that is done with waiting; returns whether there was one. */
  settleNext(now: number): boolean;
  /** Delivers one span that waits, however long it has waited; returns whether there was one. */
  drainNext(): boolean;
  /** Keeps the oldest span no longer, to make room. */
  giveUpOldest(): void;
  /** Keeps nothing any longer: nobody is there to get it. */
  dropEverything(): void;
}
