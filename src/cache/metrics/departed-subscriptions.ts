import type { Subscriber, SubscriptionStats } from '../fanout/subscriber.js';

type Kind = SubscriptionStats['kind'];

/**
 * The counters of subscribers that have unsubscribed, so that the totals never decrease.
 *
 * Adds them up, one sum per kind. A subscriber itself is kept only while its buffer still holds spans: an exporter
 * exports them after it has been closed.
 */
export class DepartedSubscriptions {
  readonly #sums = new Map<Kind, SubscriptionStats>();
  readonly #leaving = new Set<Subscriber>();

  add(subscriber: Subscriber): void {
    this.#leaving.add(subscriber);
    this.#addUp();
  }

  stats(): SubscriptionStats[] {
    this.#addUp();
    return [...this.#sums.values(), ...[...this.#leaving].map((subscriber) => subscriber.stats())];
  }

  #addUp(): void {
    for (const subscriber of this.#leaving) {
      const stats = subscriber.stats();
      if (stats.queued > 0) continue;
      this.#leaving.delete(subscriber);
      this.#sums.set(stats.kind, sum(stats, this.#sums.get(stats.kind)));
    }
  }
}

/** Adds counters only: sizes, such as that of a closed store, no longer belong to any subscription. */
function sum(one: SubscriptionStats, other?: SubscriptionStats): SubscriptionStats {
  return {
    kind: one.kind,
    delivered: one.delivered + (other?.delivered ?? 0),
    dropped: one.dropped + (other?.dropped ?? 0),
    droppedByBytes: one.droppedByBytes + (other?.droppedByBytes ?? 0),
    droppedOrphans: one.droppedOrphans + (other?.droppedOrphans ?? 0),
    queued: 0,
    queuedBytes: 0,
    failed: one.failed + (other?.failed ?? 0),
    errors: one.errors + (other?.errors ?? 0),
  };
}
