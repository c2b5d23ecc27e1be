import type { OrphanEvent } from '../model/log-event.js';
import type { DeliveredSpan } from '../model/merged-span.js';
import type { Subscriber, SubscriptionStats } from './subscriber.js';
import { untraced } from './suppression.js';

/**
 * Hands each finished batch to every subscriber, by reference.
 *
 * The list of subscribers is replaced, never changed: whoever comes or goes during a delivery does not
 * disturb it.
 */
export class FanOut {
  #subscribers: readonly Subscriber[] = [];
  #largestBatch = Infinity;
  #orphansWanted = false;

  /** Called when the last subscriber has left. */
  onIdle: () => void = () => {};

  /** Whether nobody is subscribed. */
  get idle(): boolean {
    return this.#subscribers.length === 0;
  }

  /** Whether any subscriber wants orphans. */
  get orphansWanted(): boolean {
    return this.#orphansWanted;
  }

  add(subscriber: Subscriber): void {
    this.#replace([...this.#subscribers, subscriber]);
  }

  /** Removes a subscriber; what is being delivered right now does not reach it any more. */
  readonly remove = (subscriber: Subscriber): void => {
    this.#replace(this.#subscribers.filter((other) => other !== subscriber));
    if (this.idle) this.onIdle();
  };

  deliverSpans(spans: readonly DeliveredSpan[]): void {
    for (const batch of this.#split(spans)) {
      this.#deliver((subscriber) => subscriber.deliverSpans(batch));
    }
  }

  deliverOrphans(orphans: readonly OrphanEvent[]): void {
    for (const batch of this.#split(orphans)) {
      this.#deliver((subscriber) => {
        if (subscriber.wantsOrphans) subscriber.deliverOrphans(batch);
      });
    }
  }

  /** Ends every subscription: the cache shuts down. */
  end(): void {
    for (const subscriber of this.#subscribers) subscriber.end();
  }

  stats(): SubscriptionStats[] {
    return this.#subscribers.map((subscriber) => subscriber.stats());
  }

  /** A subscriber with a small buffer must be able to take any batch while it keeps up. */
  *#split<T>(items: readonly T[]): Generator<readonly T[]> {
    // A subscriber that comes while the first part is delivered must not change where the next begins.
    const size = this.#largestBatch;
    if (items.length > 0 && items.length <= size) yield items;
    else for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
  }

  #deliver(deliverTo: (subscriber: Subscriber) => void): void {
    const subscribers = this.#subscribers;
    untraced(() => {
      for (const subscriber of subscribers) {
        if (this.#subscribers === subscribers || this.#subscribers.includes(subscriber)) {
          deliverTo(subscriber);
        }
      }
    });
  }

  #replace(subscribers: readonly Subscriber[]): void {
    this.#subscribers = subscribers;
    this.#largestBatch = Math.min(...subscribers.map((one) => one.largestBatch));
    this.#orphansWanted = subscribers.some(({ wantsOrphans }) => wantsOrphans);
  }
}
