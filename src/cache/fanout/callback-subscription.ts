import { AwaitedCallback } from './awaited-callback.js';
import { BufferedSubscription } from './buffered-subscription.js';
import type { SpanBatch } from './span-batch.js';
import type { SubscriptionStats } from './subscriber.js';

/**
 * Calls a function with each batch, synchronously during delivery.
 *
 * If the function returns a promise, batches that arrive before it settles wait in the buffer, or are dropped when the
 * buffer is full. Exceptions and rejections are counted and reported once per episode; the function still gets the next
 * batch.
 */
export class CallbackSubscription extends BufferedSubscription {
  readonly #callback: AwaitedCallback<[SpanBatch]>;

  constructor(
    callback: (batch: SpanBatch) => unknown,
    ...subscription: ConstructorParameters<typeof BufferedSubscription>
  ) {
    super(...subscription);
    this.#callback = new AwaitedCallback(
      callback,
      () => this.drainBuffer(),
      'a subscriber failed; it still gets the next batch',
    );
  }

  get busy(): boolean {
    return this.#callback.busy;
  }

  stats(): SubscriptionStats {
    return { kind: 'callback', ...this.buffer.stats(), failed: 0, errors: this.#callback.errors };
  }

  protected get ready(): boolean {
    return !this.busy;
  }

  protected deliverBatch(batch: SpanBatch): void {
    this.#callback.call(batch);
  }
}
