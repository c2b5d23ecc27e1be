import { Episode } from '../../support/episode.js';
import { guarded } from '../../support/report.js';
import { promiseOf } from '../../support/promise-of.js';
import { BufferedSubscription } from './buffered-subscription.js';
import type { SpanBatch } from './span-batch.js';
import type { Subscriber, SubscriptionStats } from './subscriber.js';
import type { SubscribeOptions } from './subscription.js';
import { untraced } from '../suppression.js';

/**
 * Calls a function with each batch, in the delivery itself.
 *
 * If the function returns a promise, it gets one batch at a time: those that come before the promise
 * settles wait in the buffer, or are lost when it is full. A function that throws or rejects is
 * counted, reported once per episode, and called again with the next batch.
 */
export class CallbackSubscription extends BufferedSubscription {
  readonly #callback: (batch: SpanBatch) => unknown;
  readonly #failures = new Episode();
  #busy = false;
  #errors = 0;

  constructor(
    callback: (batch: SpanBatch) => unknown,
    options: Required<SubscribeOptions>,
    detach: (subscriber: Subscriber) => void,
  ) {
    super(options, detach);
    this.#callback = callback;
  }

  get busy(): boolean {
    return this.#busy;
  }

  stats(): SubscriptionStats {
    return { kind: 'callback', ...this.buffer.stats(), failed: 0, errors: this.#errors };
  }

  protected get ready(): boolean {
    return !this.#busy;
  }

  /** Busy from here on until the function has returned, and its promise, if it returned one, has settled. */
  protected deliverBatch(batch: SpanBatch): void {
    this.#busy = true;
    try {
      const result = this.#callback(batch);
      if (isPromiseLike(result)) {
        this.#waitFor(result);
        return;
      }
      this.#failures.end();
    } catch (error) {
      this.#fail(error);
    }
    this.#busy = false;
  }

  #waitFor(result: PromiseLike<unknown>): void {
    // Where the context does not follow a promise, the batches that waited would be traced.
    const settled = guarded('a subscriber', () => {
      this.#busy = false;
      untraced(() => this.drainBuffer());
    });
    promiseOf(result).then(
      () => {
        this.#failures.end();
        settled();
      },
      (error: unknown) => {
        this.#fail(error);
        settled();
      },
    );
  }

  #fail(error: unknown): void {
    this.#errors++;
    this.#failures.report('a subscriber failed; it still gets the next batch', error);
  }
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}
