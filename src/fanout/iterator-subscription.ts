import type { OrphanEvent } from '../model/log-event.js';
import type { DeliveredSpan } from '../model/merged-span.js';
import { BatchBuffer } from './batch-buffer.js';
import type { SpanBatch } from './span-batch.js';
import type { Subscriber, SubscriptionStats } from './subscriber.js';
import type { Subscription } from './subscription.js';

type Detach = (subscriber: Subscriber) => void;
type Waiter = (result: IteratorResult<SpanBatch, undefined>) => void;

/** The subscription behind `for await` and `take()`: a buffer, and whoever waits for it to fill. */
export class IteratorSubscription implements Subscription, Subscriber {
  readonly wantsOrphans: boolean;
  readonly #buffer: BatchBuffer;
  readonly #detach: Detach;
  readonly #waiters: Waiter[] = [];
  #closed = false;

  constructor(capacity: number, wantsOrphans: boolean, detach: Detach) {
    this.#buffer = new BatchBuffer(capacity);
    this.wantsOrphans = wantsOrphans;
    this.#detach = detach;
  }

  get largestBatch(): number {
    return this.#buffer.capacity;
  }

  get closed(): boolean {
    return this.#closed;
  }

  take(): SpanBatch | undefined {
    return this.#buffer.shiftAll();
  }

  close(): void {
    this.#buffer.clear();
    this.end();
  }

  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#detach(this);
    for (const waiter of this.#waiters.splice(0)) waiter({ done: true, value: undefined });
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<SpanBatch, undefined> {
    return {
      next: () => this.#next(),
      return: async () => {
        this.close();
        return { done: true, value: undefined };
      },
    };
  }

  deliverSpans(spans: readonly DeliveredSpan[]): void {
    this.#buffer.addSpans(spans);
    this.#serveWaiters();
  }

  deliverOrphans(orphans: readonly OrphanEvent[]): void {
    this.#buffer.addOrphans(orphans);
    this.#serveWaiters();
  }

  stats(): SubscriptionStats {
    const { delivered, dropped, droppedOrphans, queued } = this.#buffer;
    return { kind: 'iterator', delivered, dropped, droppedOrphans, queued, failed: 0, errors: 0 };
  }

  #next(): Promise<IteratorResult<SpanBatch, undefined>> {
    const value = this.#buffer.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #serveWaiters(): void {
    while (this.#waiters.length > 0) {
      const value = this.#buffer.shift();
      if (value === undefined) return;
      this.#waiters.shift()!({ done: false, value });
    }
  }
}
