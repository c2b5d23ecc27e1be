import { ROOT_CONTEXT } from '@opentelemetry/api';
import { expect } from 'chai';
import type { DeliveredSpan } from 'otel-span-cache';
import { receive, SpanUnpacker, type PackedBatch } from 'otel-span-cache/threads';
import { Feed, MAX_IN_FLIGHT } from '../../src/host/feed.js';
import { rulesOf } from '../../src/host/masking.js';
import { Redaction } from '../../src/host/redaction.js';
import type { HostMessage } from '../../src/link/messages.js';
import { SharedCounts } from '../../src/link/shared-counts.js';
import { testService, type TestService } from '../service.js';
import { until } from '../until.js';

function feedOf(service: TestService, post?: (message: HostMessage) => void) {
  const batches: PackedBatch[] = [];
  const counts = new SharedCounts();
  const link = {
    postMessage(message: HostMessage) {
      post?.(message);
      if (message.type === 'batch') batches.push(message.batch);
    },
  };
  const feed = new Feed(service.cache, new Redaction(rulesOf(undefined)), counts, link);
  const unpacker = new SpanUnpacker();
  let read = 0;
  return {
    feed,
    counts,
    batches,
    /** The names of the spans of all batches that came since the last call, as the worker would see them. */
    names: () =>
      batches
        .slice(read, (read = batches.length))
        .flatMap((batch) => unpacker.unpack(batch).spans.map(({ name }) => name)),
  };
}

function endSpans(service: TestService, count: number, name = 'work'): void {
  for (let index = 0; index < count; index++) service.tracer.startSpan(name).end();
  service.cache.flush();
}

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

describe('Feed', () => {
  let service: TestService;
  beforeEach(() => (service = testService()));
  afterEach(() => service.shutdown());

  it('posts nothing before it is started', async () => {
    const { feed, batches } = feedOf(service);

    endSpans(service, 3);
    await pause(80);

    expect({ batches, on: feed.on }).to.deep.equal({ batches: [], on: false });
    feed.close();
  });

  it('posts spans and orphans together after a while', async () => {
    const { feed, batches, names } = feedOf(service);
    feed.start();

    endSpans(service, 2, 'first');
    service.logger.emit({ body: 'alone', context: ROOT_CONTEXT });
    endSpans(service, 1, 'second');
    const before = batches.length;
    await until(() => batches.length);

    expect(before).to.equal(0);
    expect(batches.map(({ spans, orphans }) => ({ spans, orphans }))).to.deep.equal([{ spans: 3, orphans: 1 }]);
    expect(names()).to.deep.equal(['first', 'first', 'second']);
    feed.close();
  });

  it('posts at once when there are 1,024, in batches of no more', () => {
    const { feed, batches } = feedOf(service);
    feed.start();

    endSpans(service, 3_000);

    const sizes = batches.map(({ spans }) => spans);
    expect(Math.max(...sizes)).to.be.at.most(1_024);
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.at.least(3_000 - 1_024);
    feed.stop();
    expect(feed.sent).to.equal(3_000);
    feed.close();
  });

  it('drops whole batches and counts them while the worker takes nothing in, then goes on', () => {
    const { feed, counts, batches, names } = feedOf(service);
    feed.start();

    for (let round = 0; round < 40; round++) endSpans(service, 1_024);
    feed.flush();

    expect(feed.inFlight).to.equal(MAX_IN_FLIGHT);
    expect(feed.sent + counts.losses.spans).to.equal(40 * 1_024);
    expect(counts.losses.spans).to.equal(40 * 1_024 - MAX_IN_FLIGHT);
    names();
    for (const _ of batches) counts.take();
    endSpans(service, 1, 'after');
    feed.flush();
    expect(names()).to.deep.equal(['after']);
    expect(feed.inFlight).to.equal(1);
    feed.close();
  });

  it('counts spans in transit as lost when it is closed', () => {
    const { feed, counts } = feedOf(service);
    feed.start();
    endSpans(service, 5);
    feed.flush();
    counts.take();
    endSpans(service, 3);
    feed.flush();
    endSpans(service, 2);

    feed.close();

    expect(feed.losses).to.deep.equal({ spans: 5, orphans: 0, unreadable: 0 });
    expect({ on: feed.on, isEnded: feed.isEnded }).to.deep.equal({ on: false, isEnded: false });
  });

  it('counts spans that cannot be read, and sends the others', () => {
    const { feed, counts, names } = feedOf(service);
    feed.start();
    const broken = {
      name: 'broken',
      spanContext: () => ({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }),
    };
    receive(service.cache, { spans: [broken as unknown as DeliveredSpan] });
    endSpans(service, 1, 'fine');

    feed.flush();

    expect(names()).to.deep.equal(['fine']);
    const { dropped } = service.cache.stats().spans;
    expect(counts.losses.unreadable + dropped.invalid).to.equal(1);
    feed.close();
  });

  it('counts spans that cannot be posted as lost, and later batches can be read', () => {
    let broken = true;
    const { feed, counts, names } = feedOf(service, () => {
      if (broken) throw new Error('no memory');
    });
    feed.start();
    endSpans(service, 4, 'lost');
    feed.flush();

    broken = false;
    endSpans(service, 2, 'kept');
    feed.flush();

    expect(counts.losses.spans).to.equal(4);
    expect(names()).to.deep.equal(['kept', 'kept']);
    feed.close();
  });

  it('takes no more spans after it is stopped, and does when started again', () => {
    const { feed, names } = feedOf(service);
    feed.start();
    endSpans(service, 1, 'first');
    feed.stop();
    endSpans(service, 1, 'unseen');

    feed.start();
    endSpans(service, 1, 'third');
    feed.flush();

    expect(names()).to.deep.equal(['first', 'third']);
    feed.close();
  });

  it('has posted the last spans and ended when the cache was shut down', async () => {
    const { feed, names } = feedOf(service);
    feed.start();
    service.tracer.startSpan('last').end();

    await service.cache.shutdown();
    feed.flush();

    expect(feed.isEnded).to.equal(true);
    expect(names()).to.deep.equal(['last']);
    feed.close();
  });
});
