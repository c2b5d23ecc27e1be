import { expect } from 'chai';
import type { SpanCache, SpanCacheOptions } from '../../src/index.js';
import { BatchBuffer } from '../../src/cache/fanout/batch-buffer.js';
import { internalsOf } from '../../src/cache/internals.js';
import { receive } from '../../src/threads/index.js';
import { RelayLosses } from '../../src/threads/relay-losses.js';
import { startService, type Service } from '../scenarios/service.js';

interface Lossy extends Service {
  losses: RelayLosses;
  /** Holds one span, or one orphan, that waits. */
  buffer: BatchBuffer;
}

function startLossy(options?: SpanCacheOptions): Lossy {
  const service = startService(options);
  service.cache.subscribe(() => {}, { orphans: true });
  const buffer = new BatchBuffer(1);
  return { ...service, buffer, losses: new RelayLosses(service.cache, buffer) };
}

function endUnreadable(cache: SpanCache): void {
  cache.spanProcessor.onEnd({} as never);
  cache.flush();
}

/** Relays the losses of another thread to this cache. */
function loseElsewhere(cache: SpanCache, dropped: number, droppedOrphans: number): void {
  receive(cache, { dropped, droppedOrphans });
}

describe('RelayLosses', () => {
  it('include spans that its cache lost because they were unreadable, too many, or lost on the way to it', () => {
    const { cache, losses, start } = startLossy({ queueCapacity: 2 });
    losses.begin();

    endUnreadable(cache);
    for (let i = 0; i < 6; i++) start('span').end();
    cache.flush();
    loseElsewhere(cache, 8, 0);

    expect(cache.stats().spans.dropped).to.include({ invalid: 1, queue_full: 4, relay: 8 });
    expect(losses.owed(cache.stats())).to.deep.equal({ spans: 13, orphans: 0 });
    expect(losses.take()).to.deep.equal({ dropped: 13, droppedOrphans: 0 });
  });

  it('report each loss once, those in front of the relay as well as those in its buffer', () => {
    const { buffer, cache, losses, start } = startLossy();
    const span = start('span') as never;
    losses.begin();

    loseElsewhere(cache, 3, 2);
    losses.owed(cache.stats());
    buffer.addSpans([span]);
    buffer.addSpans([span]);
    buffer.addOrphans([{} as never]);
    const first = losses.take();
    loseElsewhere(cache, 1, 5);
    losses.owed(cache.stats());

    expect([first, losses.take(), losses.take()]).to.deep.equal([
      { dropped: 4, droppedOrphans: 3 },
      { dropped: 1, droppedOrphans: 5 },
      { dropped: 0, droppedOrphans: 0 },
    ]);
  });

  it('owe the spans and orphans that the cache delivered, and the losses of the cache', () => {
    const { cache, losses } = startLossy();
    losses.begin();

    losses.took(1, 2);
    losses.took(3, 4);
    loseElsewhere(cache, 5, 6);

    expect(losses.owed(cache.stats())).to.deep.equal({ spans: 9, orphans: 12 });
  });

  it('owe the spans that are queued or held in the cache while there is demand', () => {
    const { cache, losses, start } = startLossy({ lateEvents: { holdMillis: 60_000 } });
    losses.begin();

    start('held').end();
    start('held, too').end();
    internalsOf(cache).deliver();
    start('queued').end();

    const { queued, held } = cache.stats().spans;
    expect([queued, held]).to.deep.equal([1, 2]);
    expect(losses.owed(cache.stats()).spans).to.equal(3);
  });

  it('leave out what the cache lost, or has not delivered, while nobody wanted its spans', () => {
    const { cache, losses, start } = startLossy();
    loseElsewhere(cache, 1, 1);
    losses.begin();
    loseElsewhere(cache, 2, 2);
    losses.pause();

    loseElsewhere(cache, 4, 4);
    start('queued').end();
    const paused = losses.owed(cache.stats());
    cache.flush();
    losses.begin();
    loseElsewhere(cache, 8, 8);

    expect(paused).to.deep.equal({ spans: 2, orphans: 2 });
    expect(losses.owed(cache.stats())).to.deep.equal({ spans: 10, orphans: 10 });
    expect(losses.take()).to.deep.equal({ dropped: 10, droppedOrphans: 10 });
  });
});
