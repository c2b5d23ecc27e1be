import type { DeliveredSpan } from '../model/merged-span.js';
import { SpanMap, type SpanIdentity } from '../model/span-map.js';
import { buildTraces, type Trace } from '../model/trace.js';
import type { Subscriber, SubscriptionStats } from './subscriber.js';

/** How much a store keeps. */
export interface SpanStoreOptions {
  /** Spans kept; the oldest gives way. An integer from 1. Default 10,000. */
  capacity?: number;
}

/**
 * A bounded history of ended spans: the newest `capacity`, oldest first.
 *
 * Reads as `InMemorySpanExporter` does, with three differences: it is bounded, a read returns a list of
 * its own, and shutting down forgets nothing. Each read and `reset()` first delivers what is queued, so
 * a span is there as soon as it has ended. Works with `using`.
 */
export interface SpanStore extends Disposable {
  /** Spans kept at most. */
  readonly capacity: number;
  readonly closed: boolean;
  /** The spans kept, oldest first. */
  getFinishedSpans(): DeliveredSpan[];
  /** The spans kept, as one tree per trace. */
  traces(): Trace[];
  /** Forgets all spans that ended before this call. */
  reset(): void;
  /** Takes no more spans. Those it has stay readable. */
  close(): void;
}

/** The store as a subscriber: a ring of spans. */
export class SpanStoreSubscription implements SpanStore, Subscriber {
  readonly capacity: number;
  readonly wantsOrphans = false;
  readonly #flush: () => void;
  readonly #detach: (subscriber: Subscriber) => void;
  #ring: DeliveredSpan[] = [];
  /** The oldest span's slot, once the ring is full. */
  #oldest = 0;
  /** Kept from the first amendment on. */
  #places: SpanMap<Place> | undefined;
  #delivered = 0;
  #dropped = 0;
  #closed = false;

  constructor(capacity: number, flush: () => void, detach: (subscriber: Subscriber) => void) {
    this.capacity = capacity;
    this.#flush = flush;
    this.#detach = detach;
  }

  get closed(): boolean {
    return this.#closed;
  }

  getFinishedSpans(): DeliveredSpan[] {
    this.#flush();
    return [...this.#ring.slice(this.#oldest), ...this.#ring.slice(0, this.#oldest)];
  }

  traces(): Trace[] {
    return buildTraces(this.getFinishedSpans());
  }

  reset(): void {
    this.#flush();
    this.#ring = [];
    this.#oldest = 0;
    this.#places = undefined;
  }

  close(): void {
    this.end();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  deliverSpans(spans: readonly DeliveredSpan[]): void {
    for (const span of spans) this.#add(span);
    this.#delivered += spans.length;
  }

  deliverOrphans(): void {}

  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#detach(this);
  }

  stats(): SubscriptionStats {
    return {
      kind: 'store',
      delivered: this.#delivered,
      dropped: this.#dropped,
      droppedOrphans: 0,
      queued: 0,
      failed: 0,
      errors: 0,
    };
  }

  #add(span: DeliveredSpan): void {
    if (span.revision) {
      this.#replace(span);
      return;
    }
    let place = this.#ring.length;
    if (place === this.capacity) {
      place = this.#oldest;
      this.#oldest = (place + 1) % this.capacity;
      this.#places?.delete(this.#ring[place]!.spanContext());
      this.#dropped++;
    }
    this.#ring[place] = span;
    this.#places?.set(placeOf(span, place));
  }

  /** Puts an amended span in the place of what it amends. If that is gone, so is the amendment. */
  #replace(span: DeliveredSpan): void {
    this.#places ??= this.#indexPlaces();
    const place = this.#places.get(span.spanContext())?.place;
    if (place !== undefined) this.#ring[place] = span;
  }

  #indexPlaces(): SpanMap<Place> {
    const places = new SpanMap<Place>();
    for (const [place, span] of this.#ring.entries()) places.set(placeOf(span, place));
    return places;
  }
}

/** Where in the ring a span is. */
interface Place extends SpanIdentity {
  readonly place: number;
}

function placeOf(span: DeliveredSpan, place: number): Place {
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId, place };
}
