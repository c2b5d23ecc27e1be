import { Fifo } from '../../support/fifo.js';
import { BufferedSubscription } from './buffered-subscription.js';
import type { SpanBatch } from './span-batch.js';
import type { SubscriptionStats } from './subscriber.js';
import type { Subscription } from './subscription.js';

type Result = IteratorResult<SpanBatch, undefined>;

const DONE: Result = { done: true, value: undefined };

/** The subscription behind `for await` and `take()`: a buffer, and the pending `next()` calls. */
export class IteratorSubscription extends BufferedSubscription implements Subscription {
  readonly #waiters = new Fifo<(result: Result) => void>();
  #iterated = false;

  /** True while the body of a `for await` loop is running. A reader that polls with `take()` never counts as busy. */
  get busy(): boolean {
    return this.#iterated && !this.ready;
  }

  take(): SpanBatch | undefined {
    return this.buffer.shiftSome();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<SpanBatch, undefined> {
    return {
      next: () => this.#next(),
      return: async () => {
        this.close();
        return DONE;
      },
    };
  }

  stats(): SubscriptionStats {
    return { kind: 'iterator', ...this.buffer.stats(), failed: 0, errors: 0 };
  }

  protected get ready(): boolean {
    return this.#waiters.length > 0;
  }

  protected deliverBatch(value: SpanBatch): void {
    this.#waiters.shift()!({ done: false, value });
  }

  protected override ended(): void {
    while (this.#waiters.length > 0) this.#waiters.shift()!(DONE);
  }

  #next(): Promise<Result> {
    this.#iterated = true;
    const value = this.buffer.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.closed) return Promise.resolve(DONE);
    return new Promise((resolve) => this.#waiters.push(resolve));
  }
}
