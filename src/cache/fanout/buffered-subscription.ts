import type { OrphanEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import { BatchBuffer } from './batch-buffer.js';
import { NO_ORPHANS, NO_SPANS, type SpanBatch } from './span-batch.js';
import type { Subscriber, SubscriptionStats } from './subscriber.js';
import { handleOf, type Handle } from '../../support/handle.js';
import type { SubscribeOptions } from './subscription.js';

/**
 * A subscription with a buffer for the batches that arrive while its reader is not ready.
 *
 * A ready reader gets a batch of any size directly. So a reader that keeps up loses no spans, however small its buffer
 * is.
 */
export abstract class BufferedSubscription implements Subscriber, Handle {
  readonly wantsOrphans: boolean;
  protected readonly buffer: BatchBuffer;
  readonly #handle: Handle;

  constructor(options: Required<SubscribeOptions>, detach: (subscriber: Subscriber) => void) {
    this.buffer = new BatchBuffer(options.capacity, options.maxBytes);
    this.wantsOrphans = options.orphans;
    this.#handle = handleOf(() => {
      detach(this);
      this.ended();
    });
  }

  get closed(): boolean {
    return this.#handle.closed;
  }

  close(): void {
    this.buffer.clear();
    this.end();
  }

  end(): void {
    this.#handle.close();
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

  /** Whether the reader can take a batch. The buffer is then empty, or being drained. */
  protected abstract readonly ready: boolean;

  /** Hands a batch to the reader, which must be ready. */
  protected abstract deliverBatch(batch: SpanBatch): void;

  /** Hands over buffered batches until the buffer is empty or the reader is no longer ready. */
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

  /** Called once, when it ends. */
  protected ended(): void {}
}
