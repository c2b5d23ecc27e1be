import type { DeliveredSpan } from '../../model/merged-span.js';
import type { SpanIdentity } from '../../model/span-map.js';
import type { Trace } from '../../trace/trace.js';
import type { WholeTraceOptions } from '../../trace/whole-trace-options.js';
import { WholeTraces } from '../../trace/whole-traces.js';
import { untraced } from '../suppression.js';
import { AwaitedCallback } from './awaited-callback.js';
import type { Subscriber, SubscriptionStats } from './subscriber.js';
import { handleOf, type Handle } from '../../support/handle.js';

/**
 * Called with each trace. If it returns a promise, the next trace waits until the promise settles.
 *
 * @param dropped number of spans lost since the previous call because this function was too slow
 */
export type TraceCallback = (trace: Trace, dropped: number) => unknown;

/** A subscription to whole traces. Works with `using`. */
export interface TraceSubscription extends Handle {
  /**
   * Flushes the cache, then removes and returns all waiting traces, complete or not, without calling the function.
   * Synchronous; intended for tests and for the end of a process.
   */
  take(): Trace[];
  /** A snapshot of the counters. */
  stats(): TraceSubscriptionStats;
}

/** The counters of a subscription to whole traces. */
export interface TraceSubscriptionStats extends SubscriptionStats {
  readonly traces: {
    /** Traces that are not settled yet, or that wait for the function. */
    readonly waiting: number;
    readonly delivered: number;
    /** Delivered traces with `complete: false`. */
    readonly incomplete: number;
    /** Traces that became due early because too many spans or bytes were waiting. */
    readonly evicted: number;
  };
}

interface Dependencies {
  readonly flush: () => void;
  readonly detach: (subscriber: Subscriber) => void;
  readonly isOpen: (span: SpanIdentity) => boolean;
}

/**
 * Calls a function with each whole trace, with tracing suppressed.
 *
 * Exceptions and rejections are counted and reported once per episode; the function still gets the next trace.
 */
export class WholeTraceSubscription implements TraceSubscription, Subscriber {
  readonly wantsOrphans = false;
  readonly #callback: AwaitedCallback<[Trace, number]>;
  readonly #flush: () => void;
  readonly #handle: Handle;
  readonly #traces: WholeTraces;
  readonly #delivered = { spans: 0, traces: 0, incomplete: 0 };

  constructor(callback: TraceCallback, options: Required<WholeTraceOptions>, { flush, detach, isOpen }: Dependencies) {
    const complaint = 'a trace subscriber failed; it still gets the next trace';
    this.#callback = new AwaitedCallback(callback, () => this.#serve(), complaint);
    this.#flush = flush;
    this.#handle = handleOf(() => detach(this));
    this.#traces = new WholeTraces(options, { onDue: () => this.#serve(), isOpen });
  }

  get closed(): boolean {
    return this.#handle.closed;
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
    this.#handle.close();
    this.#traces.clear();
  }

  end(): void {
    this.#handle.close();
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
    const { traces, spans, bytes, evicted, unreadable, dropped, droppedByBytes } = this.#traces.stats;
    return {
      kind: 'traces',
      delivered: this.#delivered.spans,
      dropped: dropped + unreadable,
      droppedByBytes,
      droppedOrphans: 0,
      queued: spans,
      queuedBytes: bytes,
      failed: 0,
      errors: this.#callback.errors + unreadable,
      traces: { waiting: traces, delivered: this.#delivered.traces, incomplete: this.#delivered.incomplete, evicted },
    };
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
