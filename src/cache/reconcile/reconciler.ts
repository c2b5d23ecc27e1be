import { isValidSpanId, isValidTraceId, type SpanContext } from '@opentelemetry/api';
import { isBridged } from '../../bridge/bridged-records.js';
import type { EventCounters, SpanCounters } from '../counters.js';
import { estimatedEventBytes, estimatedSpanBytes } from '../../model/estimated-bytes.js';
import {
  toLogEvent,
  toOrphan,
  type LogEvent,
  type OrphanEvent,
  type OrphanReason,
} from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { ReadableLogRecord, ReadableSpan, TimedEvent } from '../../model/otel.js';
import { isSampled } from '../../model/sampling.js';
import { identityOf, type SpanIdentity } from '../../model/span-map.js';
import type { Batch } from '../queue/bounded-queue.js';
import { AmendableSpan, AmendableSpans, type DeliveredWhole } from './amendable-spans.js';
import { Amendments } from './amendments.js';
import { EventBucketPool, type EventBucket } from './event-bucket.js';
import { HeldSpans } from './held-spans.js';
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

/** What has to be known of a span, read once. */
interface SpanReading {
  readonly ids: SpanIdentity;
  readonly spanContext: SpanContext;
  /** Whether subscribers want it. */
  readonly wanted: boolean;
  /** Whether it was delivered, or is held, already. */
  readonly again: boolean;
}

export interface ReconcilerOptions {
  readonly maxParkedSpans: number;
  readonly maxParkedMillis: number;
  readonly maxParkedBytes: number;
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
 *
 * Each item is read first, and only what is needed of it, once: what can be read now may throw the next time, or be
 * something else. Then it is decided what becomes of it. To count that and to do it cannot fail any more.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #spans: SpanCounters;
  readonly #events: EventCounters;
  readonly #openSpans: OpenSpans | undefined;
  readonly #buckets = new EventBucketPool();
  /** Events whose span has not come. */
  readonly #parked: WaitingBuckets;
  /** Spans that wait for stragglers, if the late policy is to hold them. */
  readonly #held: HeldSpans | undefined;
  /** The ids of the spans delivered last, once events may come. */
  #fingerprints: RecentFingerprints | undefined;
  /** The spans delivered last, once they may come again; whole, if the late policy is to amend them. */
  #recent: RecentSpans<SpanIdentity> | undefined;
  readonly #amendable = new AmendableSpans();
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
  ) {
    const { maxParkedSpans, maxEventsPerSpan, lateEvents } = options;
    this.#options = options;
    this.#spans = spans;
    this.#events = events;
    this.#openSpans = openSpans;
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
    this.#recent ??= new RecentSpans(RECENT_SPANS, (span) => {
      if (span instanceof AmendableSpan) this.#forget(span);
    });
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

  /** About how much parked events, held spans and amendable spans keep alive. */
  get keptBytes(): number {
    return this.#parked.bytes + (this.#held?.bytes ?? 0) + this.#amendable.bytes;
  }

  /** Whether `makeRoom()` has something to give up. */
  get overfull(): boolean {
    const oldest = this.#parked.oldest ?? this.#held?.oldest ?? this.#amendable.oldest;
    return this.keptBytes > this.#options.maxParkedBytes && oldest !== undefined;
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
    if (this.#mayPass(batch)) return this.#pass(batch);
    for (let i = 0; i < batch.length; i++) {
      const span = batch.items[i]!;
      const reading = this.#read(span);
      if (reading === undefined) this.#spans.dropped.invalid++;
      else this.#reconcileSpan(span, reading, now);
    }
    return this.#takeFinished();
  }

  /** The driver begins a cycle: what has been queued until now is reconciled before it calls `settle()`. */
  beginCycle(): void {
    this.#held?.beginCycle();
  }

  /** At most `max` spans that are done with waiting: amended ones, and held ones whose time, or whose trace, is over. */
  settle(now: number, max: number): DeliveredSpan[] {
    return this.#settle(max, () => this.#held?.takeDue(now));
  }

  /** As `settle()`, and lets go of all held spans, whatever their time is. */
  settleAll(max: number): DeliveredSpan[] {
    return this.#settle(max, () => this.#held?.takeOldest());
  }

  /**
   * Gives up what has been kept longest, until the rest fits into `maxParkedBytes`: parked events become orphans, a
   * held span is delivered, an amendable one is delivered no more. At most `max` spans and about as many events at a time.
   */
  makeRoom(max: number, orphansWanted: boolean): { spans: DeliveredSpan[]; orphans: OrphanEvent[] } {
    const until = this.#parked.events - max;
    const orphans = this.#collectOrphans(orphansWanted, () => {
      while (this.overfull && this.#finished.length < max && this.#parked.events > until) this.#giveUpOldest();
    });
    return { spans: this.#takeFinished(), orphans };
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
        if (!(bucket.since <= now)) bucket.since = now;
        else if (now < bucket.since + this.#options.maxParkedMillis) return;
        else if (!this.#openSpans?.has(bucket)) this.#giveUp(bucket, 'expired');
      }
    });
    return { orphans, more: this.#parked.events <= until };
  }

  /** Gives up the spans that have waited longest, about `max` events at a time, for shutdown. */
  release(max: number, orphansWanted: boolean): OrphanEvent[] {
    const until = this.#parked.events - max;
    return this.#collectOrphans(orphansWanted, () => {
      for (const bucket of this.#parked) {
        this.#giveUp(bucket, 'shutdown');
        if (this.#parked.events <= until) return;
      }
    });
  }

  /** Forgets all that waits, and the spans kept to be amended: nobody is there to get them. */
  discard(): void {
    for (let next = this.#amendments.next; next !== undefined; next = this.#amendments.next) {
      this.#drop(this.#amendments.take(next)!, 'no_subscriber');
    }
    if (this.#options.lateEvents === 'amend') this.#recent?.clear();
    for (let bucket = this.#parked.takeOldest(); bucket; bucket = this.#parked.takeOldest()) {
      this.#drop(bucket, 'no_subscriber');
    }
    for (let bucket = this.#held?.takeOldest(); bucket; bucket = this.#held?.takeOldest()) {
      this.#spans.dropped.no_subscriber++;
      this.#drop(bucket, 'no_subscriber');
    }
  }

  /** Forgets which spans were delivered. */
  forgetDelivered(): void {
    this.#fingerprints?.clear();
    this.#recent?.clear();
  }

  /** Throws, and has changed nothing, if the record cannot be read. */
  #reconcileEvent({ record, spanContext, spanState }: EmittedRecord, now: number): void {
    if (isBridged(record!)) {
      this.#events.dropped.duplicate++;
      return;
    }
    const ids = spanContext && identityOf(spanContext);
    if (spanContext === undefined || ids === undefined) {
      this.#orphan(record!, spanContext, 'no_span');
      return;
    }
    if (spanContext.isRemote || spanState === 'excluded') {
      this.#orphan(record!, spanContext, spanContext.isRemote ? 'remote_parent' : 'scope_excluded');
      return;
    }
    const parked = this.#parked.get(ids);
    const held = parked === undefined ? this.#held?.get(ids) : undefined;
    if (parked !== undefined) this.#addEvent(this.#parked, parked, record!);
    else if (held !== undefined) this.#addEvent(this.#held!, held, record!);
    else this.#reconcileFirstEvent(record!, ids, spanContext, spanState, now);
  }

  #addEvent(where: WaitingBuckets, bucket: EventBucket, record: ReadableLogRecord): void {
    const event = toLogEvent(record);
    const bytes = estimatedEventBytes(event);
    if (!this.#mayBeKept(event, bytes, bucket.spanContext)) return;
    if (where.addEvent(bucket, event, bytes)) this.#events.dropped.event_limit++;
  }

  /** The first event of a span that nobody waits for yet. */
  #reconcileFirstEvent(
    record: ReadableLogRecord,
    ids: SpanIdentity,
    spanContext: SpanContext,
    spanState: SpanState,
    now: number,
  ): void {
    if (spanState === 'recording' && this.#isWanted(spanContext)) {
      this.#park(ids, spanContext, toLogEvent(record), now);
      return;
    }
    if (!isValidTraceId(ids.traceId) || !isValidSpanId(ids.spanId)) {
      this.#orphan(record, spanContext, 'no_span');
      return;
    }
    if (this.#fingerprints?.has(ids)) this.#reconcileLateEvent(record, ids, spanContext);
    else if (!this.#mayCome(spanContext, spanState)) this.#orphan(record, spanContext, 'unsampled');
    else this.#park(ids, spanContext, toLogEvent(record), now);
  }

  #reconcileLateEvent(record: ReadableLogRecord, ids: SpanIdentity, spanContext: SpanContext): void {
    const delivered = this.#recent?.get(ids);
    if (delivered instanceof AmendableSpan && delivered.whole !== undefined) {
      this.#addLateEvent(delivered, toLogEvent(record), spanContext);
    } else if (this.#options.lateEvents === 'drop') {
      this.#events.dropped.late++;
    } else {
      this.#orphan(record, spanContext, 'late');
    }
  }

  #addLateEvent(span: AmendableSpan, event: LogEvent, spanContext: SpanContext): void {
    const bytes = estimatedEventBytes(event);
    if (!this.#mayBeKept(event, bytes, spanContext)) return;
    if (this.#amendments.add(span, event, bytes)) this.#events.dropped.event_limit++;
  }

  /** Whether there is room for an event at all. One that is larger than all that may be kept is given up itself. */
  #mayBeKept(event: LogEvent, bytes: number, spanContext: SpanContext | undefined): boolean {
    if (bytes <= this.#options.maxParkedBytes) return true;
    this.#orphanEvent(event, spanContext, 'evicted_bytes');
    return false;
  }

  /** Whether a span that is not known yet may still end in this cache. */
  #mayCome(spanContext: SpanContext, spanState: SpanState): boolean {
    return isSampled(spanContext) || (spanState === 'ended' && this.#options.unsampledSpans);
  }

  /** Whether subscribers get this span once it has ended. */
  #isWanted(spanContext: SpanContext): boolean {
    return this.#options.unsampledSpans || isSampled(spanContext);
  }

  #park(ids: SpanIdentity, spanContext: SpanContext, event: LogEvent, now: number): void {
    const bytes = estimatedEventBytes(event);
    if (!this.#mayBeKept(event, bytes, spanContext)) return;
    if (this.#parked.full) this.#giveUp(this.#parked.oldest!, 'evicted');
    const bucket = this.#buckets.acquire(ids, spanContext, now);
    this.#parked.add(bucket);
    this.#parked.addEvent(bucket, event, bytes);
  }

  /** Whether no span has to be looked at one by one, and all can be read without a doubt. */
  #mayPass(batch: Batch<ReadableSpan>): boolean {
    if (this.#parked.spans > 0 || this.#recent !== undefined) return false;
    if (this.#held !== undefined || !this.#options.unsampledSpans) return false;
    return this.#spanClass.includes(batch);
  }

  /** Delivers a batch whose spans need only be remembered, if that. */
  #pass(batch: Batch<ReadableSpan>): DeliveredSpan[] {
    const spans = batch.items.slice(0, batch.length) as ReadableSpan[];
    if (this.#fingerprints !== undefined) this.#rememberAll(spans, this.#fingerprints);
    this.#spans.delivered += spans.length;
    return spans;
  }

  /** Takes those without ids out of the list. */
  #rememberAll(spans: ReadableSpan[], fingerprints: RecentFingerprints): void {
    for (let i = 0; i < spans.length; i++) {
      try {
        const { traceId, spanId } = spans[i]!.spanContext();
        fingerprints.remember(traceId, spanId);
      } catch {
        spans.splice(i--, 1);
        this.#spans.dropped.invalid++;
      }
    }
  }

  /** What has to be known of a span, read once; undefined if it cannot be read. */
  #read(span: DeliveredSpan): SpanReading | undefined {
    try {
      const spanContext = span.spanContext();
      const ids = identityOf(spanContext);
      if (ids === undefined) return undefined;
      const reading = {
        ids,
        spanContext,
        wanted: this.#isWanted(spanContext),
        again: this.spansMayRepeat && !span.revision && this.#isKnown(ids),
      };
      this.#spanClass.learn(span);
      return reading;
    } catch {
      return undefined;
    }
  }

  #reconcileSpan(span: DeliveredSpan, reading: SpanReading, now: number): void {
    if (!reading.wanted) this.#spans.dropped.unsampled++;
    else if (reading.again) this.#spans.dropped.duplicate++;
    else if (this.#held !== undefined) this.#hold(span, reading, this.#held, now);
    else this.#finish(span, reading.ids, now);
  }

  #isKnown(ids: SpanIdentity): boolean {
    return this.#recent?.get(ids) !== undefined || this.#held?.get(ids) !== undefined;
  }

  /** Delivers a span with the events parked for it. If it cannot be read, they go on waiting. */
  #finish(span: ReadableSpan, ids: SpanIdentity, now: number): void {
    const parked = this.#parked.spans === 0 ? undefined : this.#parked.get(ids);
    if (parked === undefined) {
      this.#deliver(ids, span, span, undefined, now);
      return;
    }
    const merged = this.#tryMerge(span, undefined, parked);
    if (merged === undefined) {
      this.#spans.dropped.invalid++;
      return;
    }
    this.#parked.take(parked);
    this.#deliverMerged(span, parked, merged, now);
  }

  /** Keeps a span for stragglers, with the events parked for it. */
  #hold(span: ReadableSpan, { ids, spanContext }: SpanReading, held: HeldSpans, now: number): void {
    if (!hasEvents(span)) {
      this.#spans.dropped.invalid++;
      return;
    }
    const same = held.get(ids);
    if (same !== undefined) this.#letGo(held.take(same));
    const parked = this.#parked.get(ids);
    if (parked !== undefined) this.#parked.take(parked);
    const bucket = parked ?? this.#buckets.acquire(ids, spanContext, now);
    bucket.hold(span, estimatedSpanBytes(span), now);
    if (bucket.bytes > this.#options.maxParkedBytes) {
      this.#spans.early.evicted_bytes++;
      this.#letGo(bucket);
      return;
    }
    if (held.full) {
      this.#spans.early.evicted++;
      this.#letGo(held.takeOldest()!);
    }
    held.add(bucket);
  }

  /** Delivers a span that was held. It has been taken out; this is the end of its bucket. */
  #letGo(bucket: EventBucket): void {
    const span = bucket.span!;
    const merged = this.#tryMerge(span, undefined, bucket);
    if (merged === undefined) {
      this.#spans.dropped.invalid++;
      this.#drop(bucket, 'invalid');
    } else {
      this.#deliverMerged(span, bucket, merged, bucket.since);
    }
  }

  /** Delivers a span with the events of a bucket, which has been taken out. */
  #deliverMerged(original: ReadableSpan, bucket: EventBucket, merged: Merge, now: number): void {
    this.#deliver(bucket, original, merged.span, merged.exceptions, now);
    this.#account(merged, bucket);
  }

  /** Delivers a span again, with the events that came after it. Their bucket has been taken out. */
  #amend(span: AmendableSpan, bucket: EventBucket): void {
    const { original, delivered, exceptions } = span.whole!;
    const merged = this.#tryMerge(original, delivered, bucket, exceptions);
    if (merged === undefined) {
      this.#drop(bucket, 'invalid');
      return;
    }
    const whole = { original, delivered: merged.span, exceptions: merged.exceptions };
    if (merged.span === delivered) {
      this.#amendable.amended(span, whole, span.bytes);
    } else {
      this.#spans.amended++;
      this.#finished.push(merged.span);
      this.#amendable.amended(span, whole, estimatedSpanBytes(merged.span));
      if (span.bytes > this.#options.maxParkedBytes) this.#giveUpAmending(span);
    }
    this.#account(merged, bucket);
  }

  /** Returns undefined if the span cannot be read. */
  #tryMerge(
    original: ReadableSpan,
    before: DeliveredSpan | undefined,
    bucket: EventBucket,
    untold?: readonly TimedEvent[],
  ): Merge | undefined {
    try {
      return merge(original, before, bucket, this.#options.maxEventsPerSpan, untold);
    } catch {
      return undefined;
    }
  }

  /** The end of a bucket whose events were merged. */
  #account({ merged, duplicates }: Merge, bucket: EventBucket): void {
    this.#events.merged += merged;
    this.#events.dropped.duplicate += duplicates;
    this.#buckets.release(bucket);
  }

  #deliver(
    { traceId, spanId }: SpanIdentity,
    original: ReadableSpan,
    delivered: DeliveredSpan,
    exceptions: readonly TimedEvent[] | undefined,
    now: number,
  ): void {
    this.#spans.delivered++;
    this.#finished.push(delivered);
    this.#fingerprints?.remember(traceId, spanId);
    if (this.#recent === undefined) return;
    const ids = { traceId, spanId };
    const amendable = this.#options.lateEvents === 'amend';
    this.#recent.remember(amendable ? this.#amendableSpan(ids, { original, delivered, exceptions }, now) : ids);
  }

  /** To be remembered whole, unless it alone is larger than all that may be kept. */
  #amendableSpan(ids: SpanIdentity, whole: DeliveredWhole, now: number): SpanIdentity {
    const bytes = estimatedSpanBytes(whole.delivered);
    if (bytes > this.#options.maxParkedBytes) {
      this.#spans.unamendable++;
      return ids;
    }
    const span = new AmendableSpan(ids, whole, bytes, now);
    this.#amendable.add(span);
    return span;
  }

  /** Keeps no more than the ids of an amendable span. The events gathered for it come first. */
  #forget(span: AmendableSpan): void {
    this.#amendGathered(span);
    this.#amendable.forget(span);
  }

  #amendGathered(span: AmendableSpan): void {
    const late = this.#amendments.take(span);
    if (late !== undefined) this.#amend(span, late);
  }

  #takeFinished(): DeliveredSpan[] {
    const finished = this.#finished;
    this.#finished = [];
    return finished;
  }

  #settle(max: number, takeHeld: () => EventBucket | undefined): DeliveredSpan[] {
    while (this.#finished.length < max) {
      const span = this.#amendments.next;
      if (span === undefined) break;
      this.#amend(span, this.#amendments.take(span)!);
    }
    while (this.#finished.length < max) {
      const bucket = takeHeld();
      if (bucket === undefined) break;
      this.#letGo(bucket);
    }
    return this.#takeFinished();
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
    if (this.#orphans === undefined) this.#events.orphaned[reason]++;
    else this.#orphanEvent(toLogEvent(record), spanContext, reason);
  }

  #orphanEvent(event: LogEvent, spanContext: SpanContext | undefined, reason: OrphanReason): void {
    this.#events.orphaned[reason]++;
    this.#orphans?.push(toOrphan(event, spanContext, reason));
  }

  /** The end of a bucket whose events become orphans. Takes it out. */
  #giveUp(bucket: EventBucket, reason: OrphanReason): void {
    this.#parked.take(bucket);
    for (const event of this.#orphans === undefined ? [] : bucket.events()) {
      this.#orphans!.push(toOrphan(event, bucket.spanContext, reason));
    }
    this.#events.orphaned[reason] += bucket.count;
    this.#buckets.release(bucket);
  }

  /** Gives up what has been kept longest. */
  #giveUpOldest(): void {
    const parked = this.#parked.oldest;
    const held = this.#held?.oldest;
    const amendable = this.#amendable.oldest;
    // Spans are held or amendable, never both.
    const since = held?.since ?? amendable?.since ?? Infinity;
    if (parked !== undefined && !(parked.since > since)) {
      this.#giveUp(parked, 'evicted_bytes');
    } else if (held !== undefined) {
      this.#spans.early.evicted_bytes++;
      this.#letGo(this.#held!.take(held));
    } else if (amendable !== undefined) {
      this.#giveUpAmending(amendable);
    }
  }

  /** Counts a span once: with the events gathered for it, it may have grown so large that it is given up for that. */
  #giveUpAmending(span: AmendableSpan): void {
    this.#amendGathered(span);
    if (span.whole === undefined) return;
    this.#spans.unamendable++;
    this.#amendable.forget(span);
  }

  /** The end of a bucket, taken out, whose events reach nobody. */
  #drop(bucket: EventBucket, reason: 'no_subscriber' | 'invalid'): void {
    this.#events.dropped[reason] += bucket.count;
    this.#buckets.release(bucket);
  }
}

function hasEvents(span: ReadableSpan): boolean {
  try {
    return Array.isArray(span.events);
  } catch {
    return false;
  }
}
