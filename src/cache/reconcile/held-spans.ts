import type { EventBucket } from './event-bucket.js';
import type { OpenSpans } from './open-spans.js';
import { WaitingBuckets } from './waiting-buckets.js';

/**
 * Ended spans that wait for stragglers among their events.
 *
 * A span leaves after `holdMillis`. It leaves earlier when room is needed, the oldest first, or when its
 * whole trace is known to have ended and nothing is queued any more: then no straggler is on its way.
 */
export class HeldSpans extends WaitingBuckets {
  readonly holdMillis: number;
  readonly #openSpans: OpenSpans | undefined;
  readonly #byTrace = new Map<string, Set<EventBucket>>();
  /** Traces with held spans whose last open span has ended, and the cycle in which that was seen. */
  readonly #ended = new Map<string, number>();
  #cycle = 0;

  constructor(
    holdMillis: number,
    maxSpans: number,
    maxEventsPerSpan: number,
    openSpans: OpenSpans | undefined,
  ) {
    super(maxSpans, maxEventsPerSpan);
    this.holdMillis = holdMillis;
    this.#openSpans = openSpans;
  }

  /** A cycle begins: see `Reconciler.beginCycle()`. */
  beginCycle(): void {
    this.#cycle++;
  }

  /** Whether some may leave at the end of the next cycle. */
  get someEnded(): boolean {
    return this.#ended.size > 0;
  }

  override add(bucket: EventBucket): void {
    super.add(bucket);
    if (this.#openSpans === undefined) return;
    const { traceId } = bucket;
    const others = this.#byTrace.get(traceId);
    if (others === undefined) this.#byTrace.set(traceId, new Set([bucket]));
    else others.add(bucket);
    this.#ended.delete(traceId);
    if (!this.#openSpans.hasTrace(traceId)) this.#ended.set(traceId, this.#cycle);
  }

  override take(bucket: EventBucket): EventBucket {
    const others = this.#byTrace.get(bucket.traceId);
    others?.delete(bucket);
    if (others?.size === 0) {
      this.#byTrace.delete(bucket.traceId);
      this.#ended.delete(bucket.traceId);
    }
    return super.take(bucket);
  }

  /** Takes out a span that has waited long enough, or whose trace has ended. */
  takeDue(now: number): EventBucket | undefined {
    const { oldest } = this;
    if (oldest !== undefined && !this.#isEarly(oldest, now)) return this.take(oldest);
    const ended = this.#oneOfEndedTrace();
    return ended && this.take(ended);
  }

  /** Whether it is sure that a span's time is not over: no clock that was set back, or shows no time, holds it up. */
  #isEarly({ since }: EventBucket, now: number): boolean {
    return since <= now && now < since + this.holdMillis;
  }

  #oneOfEndedTrace(): EventBucket | undefined {
    for (const [traceId, cycle] of this.#ended) {
      // What was queued when the trace ended is behind us one cycle later. Later traces ended no earlier.
      if (cycle === this.#cycle) return undefined;
      const [bucket] = this.#byTrace.get(traceId) ?? [];
      if (bucket !== undefined && !this.#openSpans!.hasTrace(traceId)) return bucket;
      this.#ended.delete(traceId);
    }
    return undefined;
  }
}
