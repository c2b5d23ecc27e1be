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
      this.#sums.set(stats.kind, before === undefined ? sizeless(stats) : sum(before, stats));
    }
  }
}

/** Without what a store that is closed still has: that is no subscription's any more. */
function sizeless(stats: SubscriptionStats): SubscriptionStats {
  return { ...stats, queued: 0, queuedBytes: 0 };
}

function sum(one: SubscriptionStats, other: SubscriptionStats): SubscriptionStats {
  return {
    ...sizeless(one),
    delivered: one.delivered + other.delivered,
    dropped: one.dropped + other.dropped,
    droppedByBytes: one.droppedByBytes + other.droppedByBytes,
    droppedOrphans: one.droppedOrphans + other.droppedOrphans,
    failed: one.failed + other.failed,
    errors: one.errors + other.errors,
  };
}
