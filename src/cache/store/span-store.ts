import { Episode } from '../../support/episode.js';
import { inspect } from '../../model/inspect-span.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import { textOf } from '../../model/text-of.js';
import { buildTraces, type Trace } from '../../trace/trace.js';
import { treeLines } from '../../trace/outline.js';
import { SpanHistory } from './span-history.js';
import { handleOf, type Handle } from '../../support/handle.js';
import type { Subscriber, SubscriptionStats } from '../fanout/subscriber.js';

/** The bounds of a store. At a bound, the oldest spans are evicted. */
export interface SpanStoreOptions {
  /** Spans kept. An integer from 1. Default 10,000. */
  capacity?: number;
  /**
   * Estimated bytes that the kept spans may keep alive. A single span larger than this is dropped. An integer from 1.
   * Default 67,108,864 (64 MiB).
   */
  maxBytes?: number;
}

/**
 * A bounded history of ended spans: the newest `capacity` spans that fit into `maxBytes`.
 *
 * It has the read methods of `InMemorySpanExporter`, but it is bounded, a read returns a copy of the list, and the spans
 * stay readable after shutdown. Each read, and `reset()`, first flushes the cache, so a span is visible as soon as it
 * has ended.
 *
 * Spans are stored in a compact form (a sixth to a ninth of the SDK's memory). Reads return new objects that implement
 * `ReadableSpan`, with the values that the span had when it was delivered. Members added by a span's class or under a
 * symbol key are not kept. Repeated reads return the same objects until a span is added or amended.
 *
 * Events, links, the status, array-valued attributes, and attributes that are not a plain object are shared with other
 * subscribers: do not change them. Works with `using`.
 */
export interface SpanStore extends Handle {
  /** Maximum number of spans kept. */
  readonly capacity: number;
  /** Maximum estimated bytes that the kept spans may keep alive. */
  readonly maxBytes: number;
  /** All spans, oldest first. */
  getFinishedSpans(): DeliveredSpan[];
  /** All spans, grouped into one tree per trace. */
  traces(): Trace[];
  /** Removes all spans that ended before this call. */
  reset(): void;
  /** Accepts no more spans. The stored ones stay readable. */
  close(): void;
}

/** Limits of the output of `console.log()`: traces, lines per trace, characters per name. */
const SHOWN = { traces: 5, lines: 20, name: 100 };

/** The store as a subscriber. It writes spans during delivery, so it is never busy. A span that throws is dropped alone. */
export class SpanStoreSubscription implements SpanStore, Subscriber {
  readonly capacity: number;
  readonly maxBytes: number;
  readonly wantsOrphans = false;
  readonly busy = false;
  readonly #flush: () => void;
  readonly #handle: Handle;
  readonly #history: SpanHistory;
  readonly #failures = new Episode();
  #delivered = 0;
  #unreadable = 0;

  constructor(
    { capacity, maxBytes }: Required<SpanStoreOptions>,
    flush: () => void,
    detach: (subscriber: Subscriber) => void,
  ) {
    this.capacity = capacity;
    this.maxBytes = maxBytes;
    this.#history = new SpanHistory(capacity, maxBytes);
    this.#flush = flush;
    this.#handle = handleOf(() => detach(this));
  }

  get closed(): boolean {
    return this.#handle.closed;
  }

  getFinishedSpans(): DeliveredSpan[] {
    this.#flush();
    return this.#history.spans();
  }

  traces(): Trace[] {
    return buildTraces(this.getFinishedSpans());
  }

  reset(): void {
    this.#flush();
    this.#history.clear();
  }

  close(): void {
    this.#handle.close();
  }

  end(): void {
    this.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** A summary for `console.log()` and snapshot tests: the counts, and the first traces as trees of span names. */
  toJSON(): object {
    const spans = this.getFinishedSpans();
    const traces = buildTraces(spans);
    const trees = traces.slice(0, SHOWN.traces).map(({ roots, spans: ofTrace }) => {
      return treeLines(roots, ({ span }) => textOf(span.name, SHOWN.name), SHOWN.lines, ofTrace.length);
    });
    return {
      spans: spans.length,
      capacity: this.capacity,
      maxBytes: this.maxBytes,
      traces: counted(trees, traces.length),
    };
  }

  [inspect](depth: number, options: object, show: (value: object, options: object) => string): string {
    return depth < 0 ? '[SpanStore]' : `SpanStore ${show(this.toJSON(), options)}`;
  }

  deliverSpans(spans: readonly DeliveredSpan[]): void {
    const before = this.#unreadable;
    for (const span of spans) this.#take(span);
    this.#delivered += spans.length;
    if (this.#unreadable === before) this.#failures.end();
  }

  deliverOrphans(): void {}

  stats(): SubscriptionStats {
    const { dropped, ...bytes } = this.#history.stats();
    const numbers = { delivered: this.#delivered, dropped: dropped + this.#unreadable, errors: this.#unreadable };
    return { kind: 'store', ...numbers, ...bytes, droppedOrphans: 0, queued: 0, failed: 0 };
  }

  #take(span: DeliveredSpan): void {
    try {
      if (span.revision) this.#history.replace(span);
      else this.#history.add(span);
    } catch (error) {
      this.#unreadable++;
      this.#failures.report('a span could not be stored', error);
    }
  }
}

/** The items shown, followed by a line with the number of those left out. */
function counted<T>(shown: readonly T[], count: number): (T | string)[] {
  return count > shown.length ? [...shown, `⋯ ${count - shown.length} more`] : [...shown];
}
