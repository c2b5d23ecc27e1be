import { AwaitedCallback } from './awaited-callback.js';
import { BufferedSubscription } from './buffered-subscription.js';
import type { SpanBatch } from './span-batch.js';
import type { SubscriptionStats } from './subscriber.js';

/**
 * Calls a function with each batch, in the delivery itself.
 *
 * If the function returns a promise, it gets one batch at a time: those that come before the promise settles wait in the
 * buffer, or are lost when it is full. A function that throws or rejects is counted, reported once per episode, and called
 * again with the next batch.
 */
export class CallbackSubscription extends BufferedSubscription {
  readonly #callback: AwaitedCallback<[SpanBatch]>;

  constructor(callback: (batch: SpanBatch) => unknown, ...subscription: ConstructorParameters<typeof BufferedSubscription>) {
    super(...subscription);
    this.#callback = new AwaitedCallback(callback, () => this.drainBuffer(), 'a subscriber failed; it still gets the next batch');
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
