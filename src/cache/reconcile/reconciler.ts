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
import { latePolicy, type LateOptions } from './late/policies.js';
import type { LatePolicy } from './late/policy.js';
import type { OpenSpans } from './open-spans.js';
import { Outcomes, type Finished } from './outcomes.js';
import { ParkedEvents, type ParkingLimits } from './parked-events.js';
import { SpanClass } from './span-class.js';
import { readingOf, type SpanReading } from './span-reading.js';

export interface ReconcilerOptions extends ParkingLimits, LateOptions {
  readonly unsampledSpans: boolean;
}

/**
 * Brings events and ended spans together: parks events, attaches them to their span, gives up what waits too long.
 *
 * Pure: a batch in, finished spans and orphans out. It has no clock (the driver passes the time in), wakes nobody, and
 * reads spans and records as plain data.
 *
 * It works in cycles, which the driver draws: a span that ended before an event was emitted moves in the event's cycle
 * at the latest. So an event whose span had ended waits for that cycle only. If the span has not come by then, it was
 * delivered earlier, or dropped, and the late policy decides. No delivered span has to be remembered for that.
 *
 * Each item is read first, and once: the next read may throw, or give something else. Then its fate is decided. Counting
 * and carrying it out cannot fail. An item that cannot be read is counted as invalid, and the batch goes on.
 */
export class Reconciler {
  /** What `makeRoom()` keeps within its bound. */
  readonly kept: KeptBytes;
  readonly #options: ReconcilerOptions;
  readonly #outcomes: Outcomes;
  /** Events whose span has not come. */
  readonly #parked: ParkedEvents;
  readonly #late: LatePolicy;
  readonly #eventFates: EventFates;
  readonly #spanClass = new SpanClass();

  constructor(options: ReconcilerOptions, spans: SpanCounters, events: EventCounters, openSpans: OpenSpans | undefined) {
    this.#options = options;
    this.#outcomes = new Outcomes(options, spans, events);
    this.#parked = new ParkedEvents(this.#outcomes, openSpans, options);
    this.#late = latePolicy(options, this.#outcomes, this.#parked);
    this.kept = new KeptBytes(this.#parked, this.#late, options.maxParkedBytes);
    this.#eventFates = new EventFates(this.#outcomes, this.#parked, this.#late, options.unsampledSpans);
  }

  /**
   * From now on spans may come by two ways, and by one of them later than they end: remembers which were delivered, and
   * drops duplicates.
   */
  deduplicate(): void {
    this.#outcomes.deduplicate();
  }

  /** Events waiting for a span that may not have ended. */
  get parkedEvents(): number {
    return this.#parked.events - this.#parked.eventsEndingWithCycle;
  }

  /** Spans whose events these are. */
  get parkedSpans(): number {
    return this.#parked.spans;
  }

  /** The events that wait for a span. They go on waiting. */
  eventsWaitingFor(span: SpanIdentity): LogEvent[] {
    return this.#parked.get(span)?.events() ?? [];
  }

  /** Spans that have ended and wait for late events. */
  get heldSpans(): number {
    return this.#late.heldSpans;
  }

  /** Events of spans that have ended: held with their span, gathered for it, or waiting for the end of the cycle. */
  get heldEvents(): number {
    return this.#late.heldEvents + this.#parked.eventsEndingWithCycle;
  }

  /** Whether `settle()` has something to finish that waits for no time to pass. */
  get unsettled(): boolean {
    return this.#parked.oldestEndingWithCycle !== undefined || this.#late.hasAmendments;
  }

  /** How often to sweep what waits for time to pass; undefined if nothing does. */
  get sweepMillis(): number | undefined {
    const [parked, held] = [this.#parked.sweepMillis, this.#late.sweepMillis];
    return parked === undefined || held === undefined ? (parked ?? held) : Math.min(parked, held);
  }

  /** Parks each event until its span comes, or finds out that it never will. */
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

  /** Gives each span the events that wait for it. Returns the spans to deliver, in order. */
  reconcileSpans(batch: Batch<ReadableSpan>, now: number): DeliveredSpan[] {
    if (this.#canPassThrough(batch)) {
      this.#outcomes.deliverAll(batch.items.slice(0, batch.length) as ReadableSpan[]);
    } else {
      for (let i = 0; i < batch.length; i++) this.#reconcileSpan(batch.items[i]!, now);
    }
    return this.#outcomes.takeFinished();
  }

  /**
   * All events and spans of a cycle have moved: decides on the events whose span was to come in it, and delivers spans
   * that are done with waiting, amended ones included. About `max` of either at a time.
   */
  settle(now: number, max: number, orphansWanted: boolean): Finished {
    return this.#settle(max, orphansWanted, () => this.#late.settleNext(now));
  }

  /** As `settle()`, and delivers all held spans, however long they have waited. */
  settleAll(max: number, orphansWanted: boolean): Finished {
    return this.#settle(max, orphansWanted, () => this.#late.drainNext());
  }

  /**
   * Gives up what has been kept longest, until the rest fits into `maxParkedBytes`: parked events become orphans, a
   * held span is delivered, an amendable one is kept no longer. At most `max` spans and about as many events at a time.
   */
  makeRoom(max: number, orphansWanted: boolean): Finished {
    const until = this.#parked.events - max;
    return this.#outcomes.collect(orphansWanted, () => {
      while (this.kept.isOverfull && this.#outcomes.finishedSpans < max && this.#parked.events > until) this.kept.giveUpOldest();
    });
  }

  /** Gives up the events that have waited for `maxParkedMillis`. About `max` at a time: `more` tells that it stopped there. */
  expire(now: number, max: number, orphansWanted: boolean): Finished & { readonly more: boolean } {
    let more = false;
    const finished = this.#outcomes.collect(orphansWanted, () => (more = this.#parked.expire(now, max)));
    return { ...finished, more };
  }

  /** Makes orphans of the events that have waited longest, about `max` at a time, for shutdown. */
  orphanAllParked(max: number, orphansWanted: boolean): Finished {
    return this.#outcomes.collect(orphansWanted, () => this.#parked.orphanOldest(max, 'shutdown'));
  }

  /** Drops all that waits, and the spans kept to be amended: nobody is there to get them. */
  dropEverything(): void {
    this.#late.dropEverything();
    while (!this.#parked.isEmpty) this.#outcomes.dropBucket(this.#parked.takeOldest()!, 'no_subscriber');
  }

  /** Forgets which spans were delivered, and keeps none to be amended. */
  clearDelivered(): void {
    this.#outcomes.forgetDelivered();
    this.#late.dropEverything();
  }

  /** Whether subscribers get this span once it has ended. */
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

  /** Reads all that has to be known of a span, or returns why it is dropped. */
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
