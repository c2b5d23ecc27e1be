import type { OrphanEvent } from '../model/log-event.js';
import type { DeliveredSpan } from '../model/merged-span.js';
import { BatchBuffer } from './batch-buffer.js';
import type { Subscriber, SubscriptionStats } from './subscriber.js';
import type { SubscriptionHandle } from './subscription.js';

/** A subscription with a buffer of its own, which its reader empties at its own pace. */
export abstract class BufferedSubscription implements Subscriber, SubscriptionHandle {
  readonly wantsOrphans: boolean;
  protected readonly buffer: BatchBuffer;
  readonly #detach: (subscriber: Subscriber) => void;
  #closed = false;

  constructor(capacity: number, wantsOrphans: boolean, detach: (subscriber: Subscriber) => void) {
    this.buffer = new BatchBuffer(capacity);
    this.wantsOrphans = wantsOrphans;
    this.#detach = detach;
  }

  get largestBatch(): number {
    return this.buffer.capacity;
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.buffer.clear();
    this.end();
  }

  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#detach(this);
    this.ended();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  deliverSpans(spans: readonly DeliveredSpan[]): void {
    this.buffer.addSpans(spans);
    this.serve();
  }

  deliverOrphans(orphans: readonly OrphanEvent[]): void {
    this.buffer.addOrphans(orphans);
    this.serve();
  }

  abstract stats(): SubscriptionStats;

  /** Hands over what the buffer holds, if the reader is ready for it. */
  protected abstract serve(): void;

  /** No more deliveries come. */
  protected ended(): void {}
}
