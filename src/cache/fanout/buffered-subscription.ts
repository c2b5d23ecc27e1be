import type { OrphanEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import { BatchBuffer } from './batch-buffer.js';
import { NO_ORPHANS, NO_SPANS, type SpanBatch } from './span-batch.js';
import type { Subscriber, SubscriptionStats } from './subscriber.js';
import type { Handle } from '../../support/handle.js';
import type { SubscribeOptions } from './subscription.js';

/**
 * A subscription with a buffer for batches that come while its reader is not ready. A reader that is ready gets its batch
 * directly, whatever the size: one that keeps up loses nothing, however small its buffer is.
 */
export abstract class BufferedSubscription implements Subscriber, Handle {
  readonly wantsOrphans: boolean;
  protected readonly buffer: BatchBuffer;
  readonly #detach: (subscriber: Subscriber) => void;
  #closed = false;

  constructor(options: Required<SubscribeOptions>, detach: (subscriber: Subscriber) => void) {
    this.buffer = new BatchBuffer(options.capacity, options.maxBytes);
    this.wantsOrphans = options.orphans;
    this.#detach = detach;
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
    if (this.ready) this.#deliverAndDrain(this.buffer.bypass(spans, NO_ORPHANS));
    else this.buffer.addSpans(spans);
  }

  deliverOrphans(orphans: readonly OrphanEvent[]): void {
    if (this.ready) this.#deliverAndDrain(this.buffer.bypass(NO_SPANS, orphans));
    else this.buffer.addOrphans(orphans);
  }

  abstract readonly busy: boolean;

  abstract stats(): SubscriptionStats;

  /** Whether the reader waits for a batch. The buffer is empty then. */
  protected abstract readonly ready: boolean;

  /** Gives a batch to the reader, which is ready. */
  protected abstract deliverBatch(batch: SpanBatch): void;

  /** Gives the reader what the buffer holds, as long as it is ready. */
  protected drainBuffer(): void {
    while (this.ready) {
      const batch = this.buffer.shift();
      if (batch === undefined) return;
      this.deliverBatch(batch);
    }
  }

  #deliverAndDrain(batch: SpanBatch): void {
    this.deliverBatch(batch);
    this.drainBuffer();
  }

  /** No more deliveries come. */
  protected ended(): void {}
}
