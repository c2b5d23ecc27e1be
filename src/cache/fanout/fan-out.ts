import { Episode } from '../../support/episode.js';
import type { OrphanEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { Subscriber, SubscriptionStats } from './subscriber.js';
import { untraced } from '../suppression.js';

/**
 * Delivers each finished batch to every subscriber, by reference.
 *
 * The list of subscribers is replaced, never mutated, so that subscribing or closing during a delivery is safe.
 */
export class FanOut {
  #subscribers: readonly Subscriber[] = [];
  readonly #failures = new Episode();
  readonly #onChange: (subscribed: boolean, orphansWanted: boolean) => void;
  #orphansWanted = false;

  /** @param onChange called when a subscriber has been added or removed */
  constructor(onChange: (subscribed: boolean, orphansWanted: boolean) => void = () => {}) {
    this.#onChange = onChange;
  }

  get idle(): boolean {
    return this.#subscribers.length === 0;
  }

  get orphansWanted(): boolean {
    return this.#orphansWanted;
  }

  /** Whether any subscriber is busy, so that another batch would only fill its buffer. */
  get busy(): boolean {
    return this.#subscribers.some(({ busy }) => busy);
  }

  add(subscriber: Subscriber): void {
    this.#replace([...this.#subscribers, subscriber]);
  }

  /** Removes a subscriber. A delivery under way skips it from now on. */
  readonly remove = (subscriber: Subscriber): void => {
    this.#replace(this.#subscribers.filter((other) => other !== subscriber));
  };

  deliverSpans(spans: readonly DeliveredSpan[]): void {
    this.#deliver((subscriber) => subscriber.deliverSpans(spans));
  }

  deliverOrphans(orphans: readonly OrphanEvent[]): void {
    this.#deliver((subscriber) => {
      if (subscriber.wantsOrphans) subscriber.deliverOrphans(orphans);
    });
  }

  /** Ends every subscription when the cache shuts down. */
  end(): void {
    for (const subscriber of this.#subscribers) subscriber.end();
  }

  stats(): SubscriptionStats[] {
    return this.#subscribers.map((subscriber) => subscriber.stats());
  }

  #deliver(deliverTo: (subscriber: Subscriber) => void): void {
    const subscribers = this.#subscribers;
    untraced(() => {
      for (const subscriber of subscribers) {
        if (this.#subscribers !== subscribers && !this.#subscribers.includes(subscriber)) continue;
        try {
          deliverTo(subscriber);
        } catch (error) {
          this.#failures.report('a subscriber threw when it received a batch', error);
        }
      }
    });
  }

  #replace(subscribers: readonly Subscriber[]): void {
    this.#subscribers = subscribers;
    this.#orphansWanted = subscribers.some(({ wantsOrphans }) => wantsOrphans);
    this.#onChange(!this.idle, this.#orphansWanted);
  }
}
