import { isSpanContextValid, type SpanContext } from '@opentelemetry/api';
import { isBridged } from '../model/bridged-records.js';
import type { EventCounters, SpanCounters } from '../model/counters.js';
import {
  toLogEvent,
  toOrphan,
  type LogEvent,
  type OrphanEvent,
  type OrphanReason,
} from '../model/log-event.js';
import type { DeliveredSpan } from '../model/merged-span.js';
import type { ReadableLogRecord, ReadableSpan, TimedEvent } from '../model/otel.js';
import { isSampled } from '../model/sampling.js';
import type { SpanIdentity } from '../model/span-map.js';
import type { Batch } from '../queue/bounded-queue.js';
import { AmendableSpan, Amendments } from './amendments.js';
import { EventBucketPool, type EventBucket } from './event-bucket.js';
import { HeldSpans } from './held-spans.js';
import type { Lateness } from './lateness.js';
import { merge, type Merge } from './merge.js';
import type { OpenSpans } from './open-spans.js';
import { RecentFingerprints } from './recent-fingerprints.js';
import { RecentSpans } from './recent-spans.js';
import { SpanClass } from './span-class.js';
import { WaitingBuckets } from './waiting-buckets.js';

/** Spans that are remembered as delivered, by what tells that an event is late. */
const RECENT_FINGERPRINTS = 16_384;

/** Spans whose ids, or all of which, are remembered, at least; at most twice as many. */
const RECENT_SPANS = 8_192;

/** What becomes of an event that comes after its span was delivered. */
export type LateEvents = 'drop' | 'orphan' | 'amend' | { readonly holdMillis: number };

/**
 * What a record's span was doing when the record was emitted. One that was recording is still to come, one
 * that had ended has come or is about to, one whose scope is excluded is not taken in; of others the ids are all that
 * is known.
 */
export type SpanState = 'recording' | 'ended' | 'excluded' | 'unknown';

/** No parked event is looked at more often than that: a look walks over those whose spans are open. */
const MIN_PARKED_SWEEP_MILLIS = 50;

/** A log record, with what only the hook that received it could see. Pooled by the driver. */
export interface EmittedRecord {
  record: ReadableLogRecord | undefined;
  /** The span it was emitted in. */
  spanContext: SpanContext | undefined;
  /** What its span was doing then. */
  spanState: SpanState;
}

export interface ReconcilerOptions {
  readonly maxParkedSpans: number;
  readonly maxParkedMillis: number;
  readonly maxEventsPerSpan: number;
  readonly lateEvents: LateEvents;
  readonly unsampledSpans: boolean;
}

/**
 * Brings events and ended spans together.
 *
 * Pure: a batch in, what is finished out. It has no clock (the driver passes the time in), wakes nobody,
 * and knows the SDK by its data only. Whatever becomes of an item is counted here, before anybody else
 * sees it. An item that cannot be read is counted as invalid and the batch goes on.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #spans: SpanCounters;
  readonly #events: EventCounters;
  readonly #openSpans: OpenSpans | undefined;
  readonly #lateness: Lateness | undefined;
  readonly #buckets = new EventBucketPool();
  /** Events whose span has not come. */
  readonly #parked: WaitingBuckets;
  /** Spans that wait for stragglers, if the late policy is to hold them. */
  readonly #held: HeldSpans | undefined;
  /** When the spans delivered last were delivered, once events may come. */
  #fingerprints: RecentFingerprints | undefined;
  /** The spans delivered last, once they may come again; whole, if the late policy is to amend them. */
  #recent: RecentSpans<SpanContext | AmendableSpan> | undefined;
  readonly #spanClass = new SpanClass();
  readonly #amendments: Amendments;
  /** What the batch at hand has finished. */
  #finished: DeliveredSpan[] = [];
  /** Orphans of the batch at hand, or undefined when nobody wants them. */
  #orphans: OrphanEvent[] | undefined;

  /** Set when spans come in by two ways: each may then come twice. */
  spansMayRepeat = false;

  constructor(
    options: ReconcilerOptions,
    spans: SpanCounters,
    events: EventCounters,
    openSpans: OpenSpans | undefined,
    lateness?: Lateness,
  ) {
    const { maxParkedSpans, maxEventsPerSpan, lateEvents } = options;
    this.#options = options;
    this.#spans = spans;
    this.#events = events;
    this.#openSpans = openSpans;
    this.#lateness = lateness;
    this.#parked = new WaitingBuckets(maxParkedSpans, maxEventsPerSpan);
    this.#amendments = new Amendments(this.#buckets, maxEventsPerSpan);
    this.#held =
      typeof lateEvents === 'object'
        ? new HeldSpans(lateEvents.holdMillis, maxParkedSpans, maxEventsPerSpan, openSpans)
        : undefined;
  }

  /** Events may come: from now on spans are remembered, so that it is known whether one is late. */
  expectEvents(): void {
    this.#fingerprints ??= new RecentFingerprints(RECENT_FINGERPRINTS);
    if (this.#options.lateEvents === 'amend') this.expectRepeatedSpans();
  }

  /** Spans may come a second time, by another way: from now on their ids are remembered. */
  expectRepeatedSpans(): void {
    this.#recent ??= new RecentSpans(RECENT_SPANS);
  }

  /** Events waiting for their span. */
  get parkedEvents(): number {
    return this.#parked.events;
  }

  /** Spans whose events wait. */
  get parkedSpans(): number {
    return this.#parked.spans;
  }

  /** The events that wait for a span, which go on waiting. */
  eventsWaitingFor(span: SpanIdentity): LogEvent[] {
    return this.#parked.get(span)?.events() ?? [];
  }

  /** Spans that have ended and wait for stragglers. */
  get heldSpans(): number {
    return this.#held?.spans ?? 0;
  }

  /** Events whose span has ended, on their way with it. */
  get heldEvents(): number {
    return (this.#held?.events ?? 0) + this.#amendments.events;
  }

  /** Whether `settle()` has something to give that waits for no time to pass. */
  get unsettled(): boolean {
    return this.#amendments.events > 0 || (this.#held?.someEnded ?? false);
  }

  /** How often to look at what waits for time to pass: four times in its time. Infinity if nothing waits. */
  get sweepMillis(): number {
    const parked = this.parkedSpans > 0 ? this.#options.maxParkedMillis / 4 : Infinity;
    const held = this.heldSpans > 0 ? this.#held!.holdMillis / 4 : Infinity;
    return Math.min(Math.max(parked, MIN_PARKED_SWEEP_MILLIS), held);
  }

  /**
   * Parks each event until its span comes, or finds out that it never will.
   *
   * Returns the orphans if they are wanted; otherwise they are counted and never built.
   */
  reconcileEvents(batch: Batch<EmittedRecord>, orphansWanted: boolean, now: number): OrphanEvent[] {
    return this.#collectOrphans(orphansWanted, () => {
      for (let i = 0; i < batch.length; i++) {
        try {
          this.#reconcileEvent(batch.items[i]!, now);
        } catch {
          this.#events.dropped.invalid++;
        }
      }
    });
  }

  /** Gives each span the events that wait for it. Returns the spans to deliver, in order. */
  reconcileSpans(batch: Batch<ReadableSpan>, now: number): DeliveredSpan[] {
    if (this.#mayPass(batch) && this.#rememberAll(batch)) return this.#pass(batch);
    for (let i = 0; i < batch.length; i++) {
      try {
        this.#reconcileSpan(batch.items[i]!, now);
      } catch {
        this.#spans.dropped.invalid++;
      }
    }
    return this.#takeFinished();
  }

  /** The driver begins a cycle: what has been queued until now is reconciled before it calls `settle()`. */
  beginCycle(): void {
    this.#held?.beginCycle();
  }

  /**
   * At most `max` spans that are done with waiting: amended ones, and held ones whose time, or whose trace, is
   * over. Infinity as the time lets go of all held spans.
   */
  settle(now: number, max: number): DeliveredSpan[] {
    while (this.#finished.length < max) {
      const amended = this.#amendments.take();
      if (amended === undefined) break;
      this.#amend(...amended);
    }
    while (this.#finished.length < max) {
      const bucket = this.#held?.takeDue(now);
      if (bucket === undefined) break;
      this.#letGo(bucket);
    }
    return this.#takeFinished();
  }

  /**
   * Gives up the events that have waited for `maxParkedMillis`, except those of spans known to be open. If the
   * clock has gone back (fake timers come and go), those from its future begin to wait anew. About `max` events
   * at a time: `more` tells that it stopped there.
   */
  expire(now: number, max: number, orphansWanted: boolean): { orphans: OrphanEvent[]; more: boolean } {
    const until = this.#parked.events - max;
    const orphans = this.#collectOrphans(orphansWanted, () => {
      for (const bucket of this.#parked) {
        if (this.#parked.events <= until) return;
        if (bucket.since > now) bucket.since = now;
        else if (bucket.since + this.#options.maxParkedMillis > now) return;
        else if (!this.#openSpans?.has(bucket)) this.#giveUp(bucket, 'expired');
      }
    });
    return { orphans, more: this.#parked.events <= until };
  }

  /** Gives up the spans that have waited longest, about `max` events at a time, for shutdown. */
  release(max: number, orphansWanted: boolean): OrphanEvent[] {
    const until = Math.max(0, this.#parked.events - max);
    return this.#collectOrphans(orphansWanted, () => {
      while (this.#parked.events > until) this.#giveUp(this.#parked.oldest!, 'shutdown');
    });
  }

  /** Forgets all that waits, and the spans kept to be amended: nobody is there to get them. */
  discard(): void {
    if (this.#options.lateEvents === 'amend') this.#recent?.clear();
    for (let bucket = this.#parked.takeOldest(); bucket; bucket = this.#parked.takeOldest()) {
      this.#discardEvents(bucket, 'no_subscriber');
    }
    for (let bucket = this.#held?.takeOldest(); bucket; bucket = this.#held?.takeOldest()) {
      this.#spans.dropped.no_subscriber++;
      this.#discardEvents(bucket, 'no_subscriber');
    }
    for (let amended = this.#amendments.take(); amended; amended = this.#amendments.take()) {
      this.#discardEvents(amended[1], 'no_subscriber');
    }
  }

  /** Forgets which spans were delivered. */
  forgetDelivered(): void {
    this.#fingerprints?.clear();
    this.#recent?.clear();
  }

  #reconcileEvent({ record, spanContext, spanState }: EmittedRecord, now: number): void {
    if (isBridged(record!)) {
      this.#events.dropped.duplicate++;
      return;
    }
    if (spanContext === undefined || spanContext.isRemote) {
      this.#orphan(record!, spanContext, spanContext === undefined ? 'no_span' : 'remote_parent');
      return;
    }
    if (spanState === 'excluded') {
      this.#orphan(record!, spanContext, 'scope_excluded');
      return;
    }
    const parked = this.#parked.get(spanContext);
    const held = parked === undefined ? this.#held?.get(spanContext) : undefined;
    if (parked !== undefined) this.#addEvent(this.#parked, parked, record!);
    else if (held !== undefined) this.#addEvent(this.#held!, held, record!);
    else this.#reconcileFirstEvent(record!, spanContext, spanState, now);
  }

  #addEvent(where: WaitingBuckets, bucket: EventBucket, record: ReadableLogRecord): void {
    if (where.addEvent(bucket, toLogEvent(record))) this.#events.dropped.event_limit++;
  }

  /** The first event of a span that nobody waits for yet. */
  #reconcileFirstEvent(
    record: ReadableLogRecord,
    spanContext: SpanContext,
    spanState: SpanState,
    now: number,
  ): void {
    if (spanState === 'recording' && this.#isWanted(spanContext)) {
      this.#park(spanContext, toLogEvent(record), now);
      return;
    }
    if (!isSpanContextValid(spanContext)) {
      this.#orphan(record, spanContext, 'no_span');
      return;
    }
    const deliveredAt = this.#fingerprints?.get(spanContext);
    if (deliveredAt !== undefined) this.#reconcileLateEvent(record, spanContext, deliveredAt);
    else if (!this.#mayCome(spanContext, spanState)) this.#orphan(record, spanContext, 'unsampled');
    else this.#park(spanContext, toLogEvent(record), now);
  }

  #reconcileLateEvent(record: ReadableLogRecord, spanContext: SpanContext, deliveredAt: number): void {
    this.#lateness?.lateSince(deliveredAt);
    const delivered = this.#recent?.get(spanContext);
    if (delivered instanceof AmendableSpan) {
      if (this.#amendments.add(delivered, toLogEvent(record))) this.#events.dropped.event_limit++;
    } else if (this.#options.lateEvents === 'drop') {
      this.#events.dropped.late++;
    } else {
      this.#orphan(record, spanContext, 'late');
    }
  }

  /** Whether a span that is not known yet may still end in this cache. */
  #mayCome(spanContext: SpanContext, spanState: SpanState): boolean {
    return isSampled(spanContext) || (spanState === 'ended' && this.#options.unsampledSpans);
  }

  /** Whether subscribers get this span once it has ended. */
  #isWanted(spanContext: SpanContext): boolean {
    return this.#options.unsampledSpans || isSampled(spanContext);
  }

  #park(spanContext: SpanContext, event: LogEvent, now: number): void {
    if (this.#parked.full) this.#giveUp(this.#parked.oldest!, 'evicted');
    const bucket = this.#buckets.acquire(spanContext, now);
    this.#parked.add(bucket);
    this.#parked.addEvent(bucket, event);
  }

  /** Whether no span has to be looked at one by one, and all can be read without a doubt. */
  #mayPass(batch: Batch<ReadableSpan>): boolean {
    if (this.#parked.spans > 0 || this.#recent !== undefined) return false;
    if (this.#held !== undefined || !this.#options.unsampledSpans) return false;
    return this.#spanClass.includes(batch);
  }

  #pass(batch: Batch<ReadableSpan>): DeliveredSpan[] {
    this.#spans.delivered += batch.length;
    return batch.items.slice(0, batch.length) as ReadableSpan[];
  }

  /** Returns false if one of the spans has no ids after all. */
  #rememberAll(batch: Batch<ReadableSpan>): boolean {
    const fingerprints = this.#fingerprints;
    if (fingerprints === undefined) return true;
    const now = this.#lateness?.now() ?? 0;
    try {
      for (let i = 0; i < batch.length; i++) fingerprints.remember(batch.items[i]!.spanContext(), now);
    } catch {
      return false;
    }
    return true;
  }

  /** Throws if the span cannot be read. */
  #reconcileSpan(span: DeliveredSpan, now: number): void {
    const spanContext = span.spanContext();
    if (typeof spanContext.traceId !== 'string' || typeof spanContext.spanId !== 'string') {
      throw new TypeError('a span must have a trace id and a span id');
    }
    this.#spanClass.learn(span);
    if (!this.#isWanted(spanContext)) {
      this.#spans.dropped.unsampled++;
    } else if (this.spansMayRepeat && !span.revision && this.#isKnown(spanContext)) {
      this.#spans.dropped.duplicate++;
    } else if (this.#held !== undefined) {
      this.#hold(span, spanContext, now);
    } else {
      this.#finish(span, spanContext, this.#parked.spans === 0 ? undefined : this.#parked.get(spanContext));
    }
  }

  #isKnown(spanContext: SpanContext): boolean {
    return this.#recent?.get(spanContext) !== undefined || this.#held?.get(spanContext) !== undefined;
  }

  /** Delivers a span with the events parked for it. Reads the span before it takes them. */
  #finish(span: ReadableSpan, spanContext: SpanContext, parked: EventBucket | undefined): void {
    if (parked === undefined) {
      this.#deliver(span, spanContext, span);
      return;
    }
    const merged = merge(span, undefined, parked, this.#options.maxEventsPerSpan);
    this.#parked.take(parked);
    this.#deliver(span, spanContext, this.#account(merged, parked), merged.exceptions);
  }

  /** Keeps a span for stragglers, with the events parked for it. */
  #hold(span: ReadableSpan, spanContext: SpanContext, now: number): void {
    if (!Array.isArray(span.events)) throw new TypeError('a span must have events');
    const same = this.#held!.get(spanContext);
    if (same !== undefined) this.#letGo(this.#held!.take(same));
    const parked = this.#parked.get(spanContext);
    if (parked !== undefined) this.#parked.take(parked);
    const bucket = parked ?? this.#buckets.acquire(spanContext, now);
    bucket.span = span;
    bucket.since = now;
    if (this.#held!.full) this.#letGo(this.#held!.takeOldest()!);
    this.#held!.add(bucket);
  }

  /** Delivers a span that was held. */
  #letGo(bucket: EventBucket): void {
    const { span, spanContext } = bucket;
    try {
      const merged = merge(span!, undefined, bucket, this.#options.maxEventsPerSpan);
      this.#deliver(span!, spanContext!, this.#account(merged, bucket), merged.exceptions);
    } catch {
      this.#spans.dropped.invalid++;
      this.#discardEvents(bucket, 'invalid');
    }
  }

  /** Delivers a span again, with the events that came after it. */
  #amend(span: AmendableSpan, bucket: EventBucket): void {
    try {
      const { original, delivered } = span;
      const { maxEventsPerSpan } = this.#options;
      const amended = merge(original, delivered, bucket, maxEventsPerSpan, span.exceptions);
      span.delivered = this.#account(amended, bucket);
      span.exceptions = amended.exceptions;
      if (span.delivered === delivered) return;
      this.#spans.amended++;
      this.#finished.push(span.delivered);
    } catch {
      this.#discardEvents(bucket, 'invalid');
    }
  }

  /** Counts what was merged, and lets the bucket go. */
  #account({ span, merged, duplicates }: Merge, bucket: EventBucket): DeliveredSpan {
    this.#events.merged += merged;
    this.#events.dropped.duplicate += duplicates;
    this.#buckets.release(bucket);
    return span;
  }

  #deliver(
    original: ReadableSpan,
    spanContext: SpanContext,
    span: DeliveredSpan,
    exceptions?: readonly TimedEvent[],
  ): void {
    this.#spans.delivered++;
    this.#finished.push(span);
    this.#fingerprints?.remember(spanContext, this.#lateness?.now() ?? 0);
    this.#recent?.remember(
      this.#options.lateEvents === 'amend'
        ? new AmendableSpan(spanContext, original, span, exceptions)
        : spanContext,
    );
  }

  #takeFinished(): DeliveredSpan[] {
    const finished = this.#finished;
    this.#finished = [];
    return finished;
  }

  #collectOrphans(wanted: boolean, code: () => void): OrphanEvent[] {
    const orphans: OrphanEvent[] = [];
    this.#orphans = wanted ? orphans : undefined;
    code();
    this.#orphans = undefined;
    return orphans;
  }

  #orphan(
    record: ReadableLogRecord,
    spanContext: SpanContext | undefined,
    reason: OrphanReason,
  ): void {
    this.#orphans?.push(toOrphan(toLogEvent(record), spanContext, reason));
    this.#events.orphaned[reason]++;
  }

  /** Makes orphans of all events parked for a span. */
  #giveUp(bucket: EventBucket, reason: OrphanReason): void {
    this.#parked.take(bucket);
    for (const event of this.#orphans === undefined ? [] : bucket.events()) {
      this.#orphans!.push(toOrphan(event, bucket.spanContext, reason));
    }
    this.#events.orphaned[reason] += bucket.count;
    this.#buckets.release(bucket);
  }

  #discardEvents(bucket: EventBucket, reason: 'no_subscriber' | 'invalid'): void {
    this.#events.dropped[reason] += bucket.count;
    this.#buckets.release(bucket);
  }
}
