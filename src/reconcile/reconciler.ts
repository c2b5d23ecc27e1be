import { isSpanContextValid, type SpanContext } from '@opentelemetry/api';
import type { EventCounters, SpanCounters } from '../model/counters.js';
import {
  toLogEvent,
  toOrphan,
  type LogEvent,
  type OrphanEvent,
  type OrphanReason,
} from '../model/log-event.js';
import { MergedSpan } from '../model/merged-span.js';
import type { ReadableLogRecord, ReadableSpan, TimedEvent } from '../model/otel.js';
import { isSampled } from '../model/sampling.js';
import type { Batch } from '../queue/bounded-queue.js';
import { ParkedEvents, type ParkedSpan } from './parked-events.js';
import { RecentSpans } from './recent-spans.js';

/** Spans remembered as delivered, at least; at most twice as many. */
const RECENT_SPANS = 8_192;

/** A log record, with what only the hook that received it could see. Pooled by the driver. */
export interface EmittedRecord {
  record: ReadableLogRecord | undefined;
  /** The span it was emitted in. */
  spanContext: SpanContext | undefined;
  /** Whether its span is recorded although the SAMPLED flag is clear. */
  recorded: boolean;
}

export interface ReconcilerOptions {
  readonly maxParkedSpans: number;
  readonly maxEventsPerSpan: number;
  readonly lateEvents: 'drop' | 'orphan';
  readonly unsampledSpans: boolean;
}

/**
 * Brings events and ended spans together.
 *
 * Pure: a batch in, what is finished out. It has no clock, wakes nobody, and knows the SDK by its data
 * only. Whatever becomes of an item is counted here, before anybody else sees it. An item that cannot
 * be read is counted as invalid and the batch goes on.
 */
export class Reconciler {
  readonly #parked: ParkedEvents;
  readonly #recent = new RecentSpans(RECENT_SPANS);
  readonly #spans: SpanCounters;
  readonly #events: EventCounters;
  readonly #lateEvents: 'drop' | 'orphan';
  readonly #unsampledSpans: boolean;
  /** Orphans of the batch at hand, or undefined when nobody wants them. */
  #orphans: OrphanEvent[] | undefined;

  constructor(options: ReconcilerOptions, spans: SpanCounters, events: EventCounters) {
    this.#parked = new ParkedEvents(options.maxParkedSpans, options.maxEventsPerSpan);
    this.#lateEvents = options.lateEvents;
    this.#unsampledSpans = options.unsampledSpans;
    this.#spans = spans;
    this.#events = events;
  }

  /** Events waiting for their span. */
  get parkedEvents(): number {
    return this.#parked.events;
  }

  /** Spans whose events wait. */
  get parkedSpans(): number {
    return this.#parked.spans;
  }

  /**
   * Parks each event until its span comes, or finds out that it never will.
   *
   * Returns the orphans if they are wanted; otherwise they are counted and never built.
   */
  reconcileEvents(batch: Batch<EmittedRecord>, orphansWanted: boolean): OrphanEvent[] {
    const orphans: OrphanEvent[] = [];
    this.#orphans = orphansWanted ? orphans : undefined;
    for (let i = 0; i < batch.length; i++) {
      try {
        this.#reconcileEvent(batch.items[i]!);
      } catch {
        this.#events.dropped.invalid++;
      }
    }
    this.#orphans = undefined;
    return orphans;
  }

  /** Gives each span the events that wait for it. Returns the spans to deliver, in order. */
  reconcileSpans(batch: Batch<ReadableSpan>): ReadableSpan[] {
    const finished: ReadableSpan[] = [];
    for (let i = 0; i < batch.length; i++) {
      try {
        const span = this.#reconcileSpan(batch.items[i]!);
        if (span === undefined) this.#spans.dropped.unsampled++;
        else finished.push(span);
      } catch {
        this.#spans.dropped.invalid++;
      }
    }
    this.#spans.delivered += finished.length;
    return finished;
  }

  /** Gives up the span that has waited longest, for shutdown. Undefined when none is left. */
  releaseOldest(orphansWanted: boolean): OrphanEvent[] | undefined {
    const parked = this.#parked.takeOldest();
    if (parked === undefined) return undefined;
    const orphans: OrphanEvent[] = [];
    this.#orphans = orphansWanted ? orphans : undefined;
    this.#orphanAll(parked, 'shutdown');
    this.#orphans = undefined;
    return orphans;
  }

  /** Forgets all waiting events: nobody is there to get them. */
  discardParked(): void {
    for (let parked = this.#parked.takeOldest(); parked; parked = this.#parked.takeOldest()) {
      this.#events.dropped.no_subscriber += parked.count;
      this.#parked.recycle(parked);
    }
  }

  #reconcileEvent({ record, spanContext, recorded }: EmittedRecord): void {
    if (spanContext === undefined) {
      this.#orphan(record!, undefined, 'no_span');
      return;
    }
    const parked = spanContext.isRemote ? undefined : this.#parked.get(spanContext);
    if (parked !== undefined) {
      if (this.#parked.add(parked, toLogEvent(record!))) this.#events.dropped.event_limit++;
      return;
    }
    const reason = this.#whyNotParked(spanContext, recorded);
    if (reason === undefined) this.#park(spanContext, toLogEvent(record!));
    else if (reason === 'late' && this.#lateEvents === 'drop') this.#events.dropped.late++;
    else this.#orphan(record!, spanContext, reason);
  }

  /** Why the span will not come (any more), or undefined if it may. */
  #whyNotParked(spanContext: SpanContext, recorded: boolean): OrphanReason | undefined {
    if (!isSpanContextValid(spanContext)) return 'no_span';
    if (spanContext.isRemote) return 'remote_parent';
    if (this.#recent.has(spanContext)) return 'late';
    if (!isSampled(spanContext) && !(recorded && this.#unsampledSpans)) return 'unsampled';
    return undefined;
  }

  #park(spanContext: SpanContext, event: LogEvent): void {
    if (this.#parked.full) this.#orphanAll(this.#parked.takeOldest()!, 'evicted');
    this.#parked.park(spanContext, event);
  }

  /** The span as it is to be delivered, or undefined if it is not. Throws if it cannot be read. */
  #reconcileSpan(span: ReadableSpan): ReadableSpan | undefined {
    const spanContext = span.spanContext();
    if (typeof spanContext.traceId !== 'string' || typeof spanContext.spanId !== 'string') {
      throw new TypeError('a span must have a trace id and a span id');
    }
    if (!this.#unsampledSpans && !isSampled(spanContext)) return undefined;

    const finished = this.#parked.spans === 0 ? span : this.#merge(span, spanContext);
    this.#recent.remember(spanContext);
    return finished;
  }

  #merge(span: ReadableSpan, spanContext: SpanContext): ReadableSpan {
    const parked = this.#parked.get(spanContext);
    if (parked === undefined) return span;

    // Read the span first: if that throws, the events are still parked and counted as such.
    const events: TimedEvent[] = span.events.slice();
    const droppedEventsCount = span.droppedEventsCount + parked.lost;
    this.#parked.take(spanContext);
    parked.appendTo(events);
    this.#events.merged += parked.count;
    this.#parked.recycle(parked);
    return new MergedSpan(span, events, droppedEventsCount);
  }

  #orphan(
    record: ReadableLogRecord,
    spanContext: SpanContext | undefined,
    reason: OrphanReason,
  ): void {
    this.#orphans?.push(toOrphan(toLogEvent(record), spanContext, reason));
    this.#events.orphaned[reason]++;
  }

  #orphanAll(parked: ParkedSpan, reason: OrphanReason): void {
    if (this.#orphans !== undefined) {
      const events: LogEvent[] = [];
      parked.appendTo(events);
      for (const event of events) this.#orphans.push(toOrphan(event, parked.spanContext, reason));
    }
    this.#events.orphaned[reason] += parked.count;
    this.#parked.recycle(parked);
  }
}
