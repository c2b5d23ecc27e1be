import type { Subscriber, SubscriptionStats } from '../fanout/subscriber.js';

type Kind = SubscriptionStats['kind'];

/**
 * The numbers of subscribers that have left, so that the totals of all never go down.
 *
 * Adds them up, one sum per kind. Only a subscriber that still has spans in its buffer is itself kept: an
 * exporter exports them after it has left.
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
      const before = this.#sums.get(stats.kind);
      this.#sums.set(stats.kind, before === undefined ? stats : sum(before, stats));
    }
  }
}

function sum(one: SubscriptionStats, other: SubscriptionStats): SubscriptionStats {
  return {
    kind: one.kind,
    delivered: one.delivered + other.delivered,
    dropped: one.dropped + other.dropped,
    droppedOrphans: one.droppedOrphans + other.droppedOrphans,
    queued: 0,
    failed: one.failed + other.failed,
    errors: one.errors + other.errors,
  };
}
