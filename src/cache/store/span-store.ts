import { Episode } from '../../support/episode.js';
import { inspect } from '../../model/inspect-span.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import { textOf } from '../../model/text-of.js';
import { buildTraces, type Trace } from '../../trace/trace.js';
import { treeLines } from '../../trace/outline.js';
import { SpanHistory } from './span-history.js';
import type { Handle } from '../../support/handle.js';
import type { Subscriber, SubscriptionStats } from '../fanout/subscriber.js';

/** How much a store keeps. */
export interface SpanStoreOptions {
  /** Spans kept; the oldest gives way. An integer from 1. Default 10,000. */
  capacity?: number;
  /**
   * Bytes that the spans may keep alive, estimated; the oldest give way. A span that is larger by itself is not kept.
   * An integer from 1. Default 67,108,864, which is 64 MiB.
   */
  maxBytes?: number;
}

/**
 * A bounded history of ended spans: the newest `capacity` that take no more than `maxBytes`, oldest first.
 *
 * Reads as `InMemorySpanExporter` does, with these differences: it is bounded, a read returns a list of its own, and
 * shutting down forgets nothing. Nor are its spans the SDK's objects, which would take six to nine times the memory: a
 * read gives objects that say all that a `ReadableSpan` says, as it was when the span was delivered. Further reads give
 * the same objects until a span comes or is amended, and the store keeps them until then. Events, links, the status,
 * attribute values that are arrays, and attributes that are no plain object are shared with other readers: do not change
 * them. Members that a span's class or a symbol key adds to a `ReadableSpan` are not kept. Each read and `reset()` first
 * delivers what is queued, so a span is there as soon as it has ended. Works with `using`.
 */
export interface SpanStore extends Handle {
  /** Spans kept at most. */
  readonly capacity: number;
  /** Bytes that they may keep alive, estimated. */
  readonly maxBytes: number;
  /** The spans kept, oldest first. */
  getFinishedSpans(): DeliveredSpan[];
  /** The spans kept, as one tree per trace. */
  traces(): Trace[];
  /** Forgets all spans that ended before this call. */
  reset(): void;
  /** Takes no more spans. Those it has stay readable. */
  close(): void;
}

/** Of what `console.log()` shows: traces, lines of each, characters of a name. */
const SHOWN = { traces: 5, lines: 20, name: 100 };

/**
 * The store as a subscriber. It is never slow: a span that comes is written into the history at once. One that throws
 * when it is looked at is lost alone.
 */
export class SpanStoreSubscription implements SpanStore, Subscriber {
  readonly capacity: number;
  readonly maxBytes: number;
  readonly wantsOrphans = false;
  readonly busy = false;
  readonly #flush: () => void;
  readonly #detach: (subscriber: Subscriber) => void;
  readonly #history: SpanHistory;
  readonly #failures = new Episode();
  #delivered = 0;
  #unreadable = 0;
  #closed = false;

  constructor({ capacity, maxBytes }: Required<SpanStoreOptions>, flush: () => void, detach: (subscriber: Subscriber) => void) {
    this.capacity = capacity;
    this.maxBytes = maxBytes;
    this.#history = new SpanHistory(capacity, maxBytes);
    this.#flush = flush;
    this.#detach = detach;
  }

  get closed(): boolean {
    return this.#closed;
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
    if (this.#closed) return;
    this.#closed = true;
    this.#detach(this);
  }

  end(): void {
    this.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** For `console.log()` and for what writes snapshots: how much there is, and the first traces by the names of their spans. */
  toJSON(): object {
    const spans = this.getFinishedSpans();
    const traces = buildTraces(spans);
    const trees = traces.slice(0, SHOWN.traces).map(({ roots, spans: ofTrace }) => {
      return treeLines(roots, ({ span }) => textOf(span.name, SHOWN.name), SHOWN.lines, ofTrace.length);
    });
    return { spans: spans.length, capacity: this.capacity, maxBytes: this.maxBytes, traces: counted(trees, traces.length) };
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

/** What is shown, and how many more there are. */
function counted<T>(shown: readonly T[], count: number): (T | string)[] {
  return count > shown.length ? [...shown, `⋯ ${count - shown.length} more`] : [...shown];
}
