import { expect } from 'chai';
import type { Subscriber, SubscriptionStats } from '../../../src/cache/fanout/subscriber.js';
import { DepartedSubscriptions } from '../../../src/cache/metrics/departed-subscriptions.js';

const NONE = {
  delivered: 0,
  dropped: 0,
  droppedByBytes: 0,
  droppedOrphans: 0,
  queued: 0,
  queuedBytes: 0,
  failed: 0,
  errors: 0,
};

/** A subscriber whose numbers can be changed. */
function subscriber(kind: SubscriptionStats['kind'], numbers: Partial<SubscriptionStats> = {}) {
  const stats = { kind, ...NONE, ...numbers };
  return { stats, self: { stats: () => ({ ...stats }) } as Subscriber };
}

describe('DepartedSubscriptions', () => {
  it('adds up the numbers of each kind', () => {
    const departed = new DepartedSubscriptions();
    const numbers = { delivered: 1, dropped: 2, droppedByBytes: 1, droppedOrphans: 3, failed: 4, errors: 5 };

    departed.add(subscriber('callback', numbers).self);
    departed.add(subscriber('store', { dropped: 7, queuedBytes: 8 }).self);
    departed.add(subscriber('callback', numbers).self);

    expect(departed.stats()).to.deep.equal([
      {
        kind: 'callback',
        ...NONE,
        delivered: 2,
        dropped: 4,
        droppedByBytes: 2,
        droppedOrphans: 6,
        failed: 8,
        errors: 10,
      },
      { kind: 'store', ...NONE, dropped: 7 },
    ]);
  });

  it('follows a subscriber that still has spans until it has none', () => {
    const departed = new DepartedSubscriptions();
    const exporter = subscriber('exporter', { queued: 3 });
    departed.add(exporter.self);

    const before = departed.stats();
    Object.assign(exporter.stats, { queued: 0, delivered: 3 });
    const after = departed.stats();
    exporter.stats.delivered = 1_000;

    expect(before).to.deep.equal([{ kind: 'exporter', ...NONE, queued: 3 }]);
    expect(after).to.deep.equal([{ kind: 'exporter', ...NONE, delivered: 3 }]);
    expect(departed.stats()).to.deep.equal(after);
  });

  it('releases subscriptions without spans even if the numbers are never read', () => {
    const departed = new DepartedSubscriptions();
    const exporter = subscriber('exporter', { queued: 3 });
    departed.add(exporter.self);

    exporter.stats.queued = 0;
    departed.add(subscriber('store').self);
    exporter.self.stats = () => {
      throw new Error('still kept');
    };

    expect(departed.stats().map(({ kind }) => kind)).to.deep.equal(['exporter', 'store']);
  });
});
