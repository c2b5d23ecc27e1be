import type { SpanContext } from '@opentelemetry/api';
import type { LogEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { ReadableSpan } from '../../model/otel.js';
import { isSampled } from '../../model/sampling.js';
import type { SpanIdentity } from '../../model/span-map.js';
import type { EventCounters, SpanCounters, SpanDropReason } from '../counters.js';
import type { Batch } from '../queue/bounded-queue.js';
import type { EmittedRecord } from './emitted-record.js';
import { EventFates } from './event-fates.js';
import { KeptBytes } from './kept-bytes.js';
import { AmendSpans } from './late/amend.js';
import { HoldSpans } from './late/hold.js';
import { LatePolicy, type LateEvents } from './late/policy.js';
import type { OpenSpans } from './open-spans.js';
import { Outcomes, type Finished, type KeepLimits } from './outcomes.js';
import { ParkedEvents, type ParkingLimits } from './parked-events.js';
import { SpanClass } from './span-class.js';
import { readingOf, type SpanReading } from './span-reading.js';

export interface ReconcilerOptions extends ParkingLimits, KeepLimits {
  readonly lateEvents: LateEvents;
  readonly unsampledSpans: boolean;
}

/**
 * Attaches events to ended spans: parks each event until its span arrives or the event has waited too long.
 *
 * Pure: batches in, finished spans and orphans out. It has no clock (the driver passes the time in) and no timers, and
 * it reads spans and records as plain data.
 *
 * It works in cycles that the driver defines. A span that ended before an event was emitted moves in the event's cycle
 * at the latest, so an event whose span had ended waits for that cycle only. If the span has not arrived by then, it
 * was delivered earlier or dropped, and the late policy handles the event. Delivered spans need not be remembered for
 * this.
 *
 * Each item is read first, and only once, because a second read may throw or return something else. Then its outcome is
 * decided; counting and applying the outcome cannot fail. An unreadable item is counted as invalid, and the batch
 * continues.
 */
export class Reconciler {
  /** The size that `makeRoom()` keeps within its bound. */
  readonly kept: KeptBytes;
  readonly #options: ReconcilerOptions;
  readonly #outcomes: Outcomes;
  readonly #parked: ParkedEvents;
  readonly #late: LatePolicy;
  readonly #eventFates: EventFates;
  readonly #spanClass = new SpanClass();

  constructor(
    options: ReconcilerOptions,
    spans: SpanCounters,
    events: EventCounters,
    openSpans: OpenSpans | undefined,
  ) {
    this.#options = options;
    this.#outcomes = new Outcomes(options, spans, events);
    this.#parked = new ParkedEvents(this.#outcomes, openSpans, options);
    this.#late = latePolicy(options, this.#outcomes, this.#parked);
    this.kept = new KeptBytes(this.#parked, this.#late, options.maxParkedBytes);
    this.#eventFates = new EventFates(this.#outcomes, this.#parked, this.#late, options.unsampledSpans);
  }

  /**
   * Starts to remember delivered spans and to drop duplicates. Called when spans may also arrive by a second route,
   * some time after they ended.
   */
  deduplicate(): void {
    this.#outcomes.deduplicate();
  }

  /** Number of events waiting for a span that may not have ended. */
  get parkedEvents(): number {
    return this.#parked.events - this.#parked.eventsEndingWithCycle;
  }

  /** Number of spans for which events wait. */
  get parkedSpans(): number {
    return this.#parked.spans;
  }

  /** Returns the events parked for a span. They stay parked. */
  eventsWaitingFor(span: SpanIdentity): LogEvent[] {
    return this.#parked.get(span)?.events() ?? [];
  }

  /** Number of ended spans that wait for late events. */
  get heldSpans(): number {
    return this.#late.heldSpans;
  }

  /** Number of events whose span has ended: held with it, gathered for it, or waiting for the end of the cycle. */
  get heldEvents(): number {
    return this.#late.heldEvents + this.#parked.eventsEndingWithCycle;
  }

  /** Whether `settle()` has work that can be done now, without waiting for time to pass. */
  get unsettled(): boolean {
    return this.#parked.oldestEndingWithCycle !== undefined || this.#late.hasAmendments;
  }

  /** Interval for sweeping held spans and parked events; undefined if there are none. */
  get sweepMillis(): number | undefined {
    const [parked, held] = [this.#parked.sweepMillis, this.#late.sweepMillis];
    return parked === undefined || held === undefined ? (parked ?? held) : Math.min(parked, held);
  }

  /** Parks each event until its span arrives, or decides that the span never will. */
  reconcileEvents(batch: Batch<EmittedRecord>, orphansWanted: boolean, now: number): Finished {
    return this.#outcomes.collect(orphansWanted, () => {
      for (let i = 0; i < batch.length; i++) {
        try {
          this.#eventFates.decide(batch.items[i]!, now);
        } catch {
          this.#outcomes.events.dropped.invalid++;
        }
      }
    });
  }

  /** Attaches the parked events to each span. Returns the spans to deliver, in order. */
  reconcileSpans(batch: Batch<ReadableSpan>, now: number): DeliveredSpan[] {
    if (this.#canPassThrough(batch)) {
      this.#outcomes.deliverAll(batch.items.slice(0, batch.length) as ReadableSpan[]);
    } else {
      for (let i = 0; i < batch.length; i++) this.#reconcileSpan(batch.items[i]!, now);
    }
    return this.#outcomes.takeFinished();
  }

  /**
   * Ends a cycle whose events and spans have all moved: decides on the events whose span was expected in it, and
   * delivers the spans whose wait is over, amended ones included. Processes about `max` of either at a time.
   */
  settle(now: number, max: number, orphansWanted: boolean): Finished {
    return this.#settle(max, orphansWanted, () => this.#late.settleNext(now));
  }

  /** Like `settle()`, but delivers all held spans, however long they have waited. */
  settleAll(max: number, orphansWanted: boolean): Finished {
    return this.#settle(max, orphansWanted, () => this.#late.drainNext());
  }

  /**
   * Evicts the oldest items until the rest fits in `maxParkedBytes`: parked events become orphans, a held span is
   * delivered, an amendable span is forgotten. Processes at most `max` spans and about as many events at a time.
   */
  makeRoom(max: number, orphansWanted: boolean): Finished {
    const until = this.#parked.events - max;
    return this.#outcomes.collect(orphansWanted, () => {
      while (this.kept.isOverfull && this.#outcomes.finishedSpans < max && this.#parked.events > until)
        this.kept.evictOldest();
    });
  }

  /**
   * Turns events that have waited for `maxParkedMillis` into orphans, about `max` at a time; `more` is true if it
   * stopped there.
   */
  expire(now: number, max: number, orphansWanted: boolean): Finished & { readonly more: boolean } {
    let more = false;
    const finished = this.#outcomes.collect(orphansWanted, () => (more = this.#parked.expire(now, max)));
    return { ...finished, more };
  }

  /** Turns the events that have waited longest into orphans, about `max` at a time. Called at shutdown. */
  orphanAllParked(max: number, orphansWanted: boolean): Finished {
    return this.#outcomes.collect(orphansWanted, () => this.#parked.orphanOldest(max, 'shutdown'));
  }

  /** Drops everything that waits or is kept, because nobody is subscribed. */
  dropEverything(): void {
    this.#late.dropEverything();
    while (!this.#parked.isEmpty) this.#outcomes.dropBucket(this.#parked.takeOldest()!, 'no_subscriber');
  }

  /** Forgets the delivered spans, amendable ones included. */
  clearDelivered(): void {
    this.#outcomes.forgetDelivered();
    this.#late.dropEverything();
  }

  /** Whether subscribers receive this span once it has ended. */
  #isDeliverable(spanContext: SpanContext): boolean {
    return this.#options.unsampledSpans || isSampled(spanContext);
  }

  /** Whether the whole batch can be delivered without inspecting individual spans. */
  #canPassThrough(batch: Batch<ReadableSpan>): boolean {
    if (!this.#parked.isEmpty || this.#late.keepsSpans || this.#outcomes.deduplicates) return false;
    return this.#options.unsampledSpans && this.#spanClass.includes(batch);
  }

  #reconcileSpan(span: DeliveredSpan, now: number): void {
    const reading = this.#read(span);
    if (typeof reading === 'string') this.#outcomes.spans.dropped[reading]++;
    else this.#late.onSpan(span, reading, now);
  }

  /** Reads everything needed of a span. Returns the drop reason if it is dropped. */
  #read(span: DeliveredSpan): SpanReading | SpanDropReason {
    try {
      const reading = readingOf(span.spanContext());
      if (reading === undefined) return 'invalid';
      const isDuplicate = this.#outcomes.deduplicates && !span.revision && this.#isKnown(reading);
      const isDeliverable = this.#isDeliverable(reading.spanContext);
      this.#spanClass.learn(span);
      if (!isDeliverable) return 'unsampled';
      return isDuplicate ? 'duplicate' : reading;
    } catch {
      return 'invalid';
    }
  }

  #isKnown(span: SpanIdentity): boolean {
    return this.#outcomes.wasDelivered(span) || this.#late.holds(span);
  }

  #settle(max: number, orphansWanted: boolean, next: () => boolean): Finished {
    const until = this.#parked.events - max;
    return this.#outcomes.collect(orphansWanted, () => {
      while (this.#parked.events > until) {
        const bucket = this.#parked.oldestEndingWithCycle;
        if (bucket === undefined) break;
        this.#late.onLateEvents(this.#parked.take(bucket));
      }
      while (this.#outcomes.finishedSpans < max && next());
    });
  }
}

function latePolicy(options: ReconcilerOptions, outcomes: Outcomes, parked: ParkedEvents): LatePolicy {
  const { lateEvents } = options;
  if (typeof lateEvents === 'object') return new HoldSpans(outcomes, parked, lateEvents.holdMillis, options);
  if (lateEvents === 'amend') return new AmendSpans(outcomes, parked, options);
  return new LatePolicy(outcomes, parked, lateEvents === 'drop');
}
