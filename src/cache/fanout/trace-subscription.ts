import type { DeliveredSpan } from '../../model/merged-span.js';
import type { SpanIdentity } from '../../model/span-map.js';
import type { Trace } from '../../trace/trace.js';
import type { WholeTraceOptions } from '../../trace/whole-trace-options.js';
import { WholeTraces } from '../../trace/whole-traces.js';
import { untraced } from '../suppression.js';
import { AwaitedCallback } from './awaited-callback.js';
import type { Subscriber, SubscriptionStats } from './subscriber.js';
import type { Handle } from '../../support/handle.js';

/**
 * Gets each trace. May return a promise: the next trace then waits for it.
 *
 * @param dropped spans of traces that were lost since the previous call, because this function was too slow
 */
export type TraceCallback = (trace: Trace, dropped: number) => unknown;

/** A subscription to whole traces. Works with `using`. */
export interface TraceSubscription extends Handle {
  /**
   * Delivers everything queued in the cache, then takes out the traces that wait, whole or not, without calling the
   * function for them. Never waits: it is for tests, and for the end of a process.
   */
  take(): Trace[];
  /** The counters at this moment. */
  stats(): TraceSubscriptionStats;
}

/** The numbers of a subscription to whole traces; those of spans are as in every subscription's. */
export interface TraceSubscriptionStats extends SubscriptionStats {
  readonly traces: {
    /** Waiting to be whole, or for the function to take them. */
    readonly waiting: number;
    readonly delivered: number;
    /** Delivered traces with `complete: false`. */
    readonly incomplete: number;
    /** Traces delivered before they were whole, or dropped, for want of room. */
    readonly evicted: number;
  };
}

interface Surroundings {
  readonly flush: () => void;
  readonly detach: (subscriber: Subscriber) => void;
  readonly isToCome: (span: SpanIdentity) => boolean;
}

/**
 * Calls a function with each whole trace, not traced itself.
 *
 * A function that throws or rejects is counted, reported once per episode, and called again with the next trace.
 */
export class WholeTraceSubscription implements TraceSubscription, Subscriber {
  readonly wantsOrphans = false;
  readonly #callback: AwaitedCallback<[Trace, number]>;
  readonly #flush: () => void;
  readonly #detach: (subscriber: Subscriber) => void;
  readonly #traces: WholeTraces;
  #closed = false;
  readonly #delivered = { spans: 0, traces: 0, incomplete: 0 };

  constructor(callback: TraceCallback, options: Required<WholeTraceOptions>, { flush, detach, isToCome }: Surroundings) {
    const complaint = 'a subscriber to traces failed; it still gets the next trace';
    this.#callback = new AwaitedCallback(callback, () => this.#serve(), complaint);
    this.#flush = flush;
    this.#detach = detach;
    this.#traces = new WholeTraces(options, { onDue: () => this.#serve(), isToCome });
  }

  get closed(): boolean {
    return this.#closed;
  }

  get busy(): boolean {
    return this.#callback.busy;
  }

  take(): Trace[] {
    this.#flush();
    this.#traces.settle();
    const traces: Trace[] = [];
    for (let trace = this.#traces.next(); trace !== undefined; trace = this.#traces.next()) {
      this.#count(trace);
      traces.push(trace);
    }
    return traces;
  }

  close(): void {
    this.#leave();
    this.#traces.clear();
  }

  end(): void {
    this.#leave();
    this.#traces.settle();
    this.#serve();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  deliverSpans(spans: readonly DeliveredSpan[]): void {
    this.#traces.add(spans);
  }

  deliverOrphans(): void {}

  stats(): TraceSubscriptionStats {
    const { traces, spans, bytes, evicted, unreadable, dropped } = this.#traces.stats;
    return {
      kind: 'traces',
      delivered: this.#delivered.spans,
      dropped: dropped + unreadable,
      droppedByBytes: 0,
      droppedOrphans: 0,
      queued: spans,
      queuedBytes: bytes,
      failed: 0,
      errors: this.#callback.errors + unreadable,
      traces: { waiting: traces, delivered: this.#delivered.traces, incomplete: this.#delivered.incomplete, evicted },
    };
  }

  #leave(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#detach(this);
  }

  #serve(): void {
    while (!this.busy) {
      const trace = this.#traces.next();
      if (trace === undefined) return;
      this.#count(trace);
      untraced(() => this.#callback.call(trace, this.#traces.takeDropped()));
    }
  }

  #count({ spans, complete }: Trace): void {
    this.#delivered.spans += spans.length;
    this.#delivered.traces++;
    if (!complete) this.#delivered.incomplete++;
  }
}
