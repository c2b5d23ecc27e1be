import { AsyncLocalStorage } from 'node:async_hooks';
import { context, diag, ROOT_CONTEXT, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import type {
  OrphanEvent,
  SpanBatch,
  SpanCache,
  SpanCacheOptions,
  SpanExporter,
  Subscription,
} from '../../../src/index.js';
import { eventually, listenToWarnings, startService, type Service } from '../../scenarios/service.js';

describe('Driver', () => {
  afterEach(() => sinon.restore());

  it('keeps up with a service that ends more spans per turn than a batch holds', async () => {
    const { cache, start } = startService();
    cache.subscribe(() => {});

    for (let turn = 0; turn < 300; turn++) {
      for (let i = 0; i < 600; i++) start('job').end();
      await new Promise(setImmediate);
    }

    expect(cache.stats().spans.received).to.equal(180_000);
    expect(cache.stats().spans.dropped.queue_full).to.equal(0);
  });

  /** How many batches come in the first turn that delivers any. */
  async function batchesOfFirstTurn(
    fill: (service: Service) => void,
    take: (service: Service) => void,
  ): Promise<number> {
    const service = startService();
    let delivered = 0;
    let inFirstTurn = 0;
    const onBatch = () => {
      // Once the turn is over.
      if (++delivered === 1) setImmediate(() => (inFirstTurn = delivered));
      take(service);
    };
    service.cache.subscribe(onBatch, { orphans: true });
    fill(service);
    await eventually(() => inFirstTurn > 0);
    return inFirstTurn;
  }

  async function forEachBatch(subscription: Subscription, take: (batch: SpanBatch) => Promise<void>): Promise<void> {
    for await (const batch of subscription) await take(batch);
  }

  const spans =
    (count: number) =>
    ({ start }: Pick<Service, 'start'>) => {
      for (let i = 0; i < count; i++) start('job').end();
    };
  const eventsWithoutSpan =
    (count: number) =>
    ({ logger }: Service) => {
      for (let i = 0; i < count; i++) logger.emit({ body: 'line' });
    };

  for (const [what, fill] of Object.entries({ spans: spans(1_000), events: eventsWithoutSpan(1_000) })) {
    it(`moves all waiting ${what} in one turn if that takes no time`, async () => {
      sinon.useFakeTimers({ toFake: ['performance'] });

      expect(await batchesOfFirstTurn(fill, () => {})).to.equal(4);
    });
  }

  it('ends the turn when a subscriber waits for the event loop', async () => {
    sinon.useFakeTimers({ toFake: ['performance'] });

    expect(
      await batchesOfFirstTurn(spans(1_000), ({ cache }) => void cache.subscribe(() => new Promise(() => {}))),
    ).to.equal(2);
  });

  it('yields to a for await loop that waits for the event loop', async () => {
    sinon.useFakeTimers({ toFake: ['performance'] });
    const { cache, start } = startService();
    const subscription = cache.subscribe({ capacity: 512 });
    let lost = 0;
    let taken = 0;
    const reading = forEachBatch(subscription, async (batch) => {
      await new Promise(setImmediate);
      taken += batch.spans.length;
      lost += batch.dropped;
    });

    spans(2_000)({ start });
    await eventually(() => taken + lost === 2_000);

    expect(lost).to.equal(0);
    subscription.close();
    await reading;
  });

  it('yields to an exporter that waits for the event loop', async () => {
    sinon.useFakeTimers({ toFake: ['performance'] });
    const { cache, start } = startService();
    const exporter: SpanExporter = {
      export: (_, done) => void setImmediate(() => done({ code: 0 })),
      shutdown: async () => {},
    };
    cache.addExporter(exporter);

    spans(10_000)({ start });
    await eventually(() => cache.stats().spans.delivered === 10_000);

    expect(cache.stats().subscriptions[0]!.dropped).to.equal(0);
  });

  it('moves about as many items in one turn as were queued at its start, even if subscribers end more spans', async () => {
    sinon.useFakeTimers({ toFake: ['performance'] });
    const open: Span[] = [];
    const queue = (service: Service) => {
      for (let i = 0; i < 100; i++) open.push(service.start('job'));
      spans(256 * 3)(service);
    };

    const batches = await batchesOfFirstTurn(queue, () => open.pop()?.end());

    // A batch more for each queue, the last of which need not be full.
    expect(batches).to.equal(3 + 2);
  });

  const SLOW = {
    'one batch': [4_095, 1],
    'two, as from 4,096 waiting': [4_096, 2],
    'four, of 12,288': [12_288, 4],
  } as const;
  for (const [what, [waiting, batches]] of Object.entries(SLOW)) {
    it(`moves ${what} in one turn if subscribers take longer than a turn may last`, async () => {
      const clock = sinon.useFakeTimers({ toFake: ['performance'] });

      expect(await batchesOfFirstTurn(spans(waiting), () => clock.tick(1.5))).to.equal(batches);
    });
  }

  it('lets a loop read each batch before the next one within a turn', async () => {
    sinon.useFakeTimers({ toFake: ['performance'] });
    const { cache, start } = startService();
    const subscription = cache.subscribe({ capacity: 256 });
    let taken = 0;
    let inFirstTurn = 0;
    const reading = forEachBatch(subscription, async (batch) => {
      for (let i = 0; i < 10; i++) await undefined;
      if (taken === 0) setImmediate(() => (inFirstTurn = taken));
      taken += batch.spans.length;
    });

    spans(2_000)({ start });
    await eventually(() => inFirstTurn > 0);

    expect(inFirstTurn).to.equal(2_000);
    subscription.close();
    await reading;
  });

  it('keeps its own async context from batch to batch', async () => {
    const { cache, start } = startService();
    const request = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    cache.subscribe(() => seen.push(request.getStore()));

    request.run('request', () => spans(1_000)({ start }));
    await eventually(() => seen.length === 4);

    expect(seen).to.deep.equal([undefined, undefined, undefined, undefined]);
  });

  it('runs in an asynchronous context of its own, not in that of the request that woke it', async () => {
    const { cache, start } = startService();
    const request = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    cache.subscribe(() => seen.push(request.getStore()));

    for (const id of ['first', 'second']) {
      const before = seen.length;
      request.run(id, () => start('job').end());
      await eventually(() => seen.length > before);
    }

    expect(seen).to.deep.equal([undefined, undefined]);
  });

  it('wakes again for items that arrive after it went to sleep', async () => {
    const { cache, start } = startService();
    const store = cache.subscribe();
    for (let i = 0; i < 3; i++) {
      start('job').end();
      await eventually(() => cache.stats().spans.queued === 0);
    }

    expect(store.take()!.spans).to.have.length(3);
    expect(cache.stats().spans.queued).to.equal(0);
  });

  it('keeps the order when forceFlush() and flush() alternate', async () => {
    const { cache, start } = startService();
    const seen: string[] = [];
    cache.subscribe(({ spans }) => seen.push(...spans.map(({ name }) => name)));
    cache.addExporter(
      {
        export: (_, done) => setImmediate(done, { code: 0 }),
        shutdown: async () => {},
      },
      { maxQueueSize: 256 },
    );
    const expected = Array.from({ length: 2_000 }, (_, i) => String(i));
    for (const name of expected.slice(0, 1_500)) start(name).end();

    const flushed = cache.forceFlush();
    await new Promise(setImmediate);
    for (const name of expected.slice(1_500)) start(name).end();
    cache.flush();
    await flushed;

    expect(seen).to.deep.equal(expected);
  });

  it('is not delayed by spans that keep ending', async () => {
    const { cache, start } = startService();
    cache.subscribe(() => {});

    while (cache.stats().spans.delivered === 0) {
      start('job').end();
      await new Promise(setImmediate);
    }

    expect(cache.stats().spans.delivered).to.be.above(0);
  });

  const NEXT = { 'goes on': () => {}, flushes: (cache: SpanCache) => cache.flush() };
  for (const [what, next] of Object.entries(NEXT)) {
    it(`finishes the cycle in progress before it ${what}: an event emitted after the seal is late`, async () => {
      const { cache, start, log } = startService();
      const all = Array.from({ length: 600 }, () => start('job'));
      let first = true;
      cache.subscribe(() => {
        if (!first) return;
        first = false;
        // Between this batch and the next.
        queueMicrotask(() => {
          log(all.at(-1)!, 'line');
          next(cache);
        });
      });

      for (const span of all) span.end();
      await eventually(() => cache.stats().spans.delivered === 600);
      cache.flush();

      expect(cache.stats().events.orphaned.late).to.equal(1);
    });
  }

  it('delivers many orphans in parts, each orphan once', () => {
    const { cache, start, log } = startService({ maxParkedSpans: 1, maxEventsPerSpan: 1_000 });
    const parts: (readonly OrphanEvent[])[] = [];
    cache.subscribe(({ orphans }) => parts.push(orphans), { orphans: true });
    const span = start('evicted');
    for (let i = 0; i < 600; i++) log(span, String(i));
    log(start('evicts'), 'line');

    cache.flush();

    expect(parts.map(({ length }) => length)).to.deep.equal([256, 256, 88]);
    expect(parts.flat().map(({ name }) => name)).to.deep.equal(Array.from({ length: 600 }, (_, i) => String(i)));
  });

  it('counts waiting events as dropped when the last subscriber leaves', () => {
    const { cache, logger } = startService();
    const subscription = cache.subscribe({ orphans: true });
    logger.emit({ body: 'line', context: ROOT_CONTEXT });

    subscription.close();
    cache.flush();

    expect(cache.stats().events.dropped.no_subscriber).to.equal(1);
  });

  it('reports a delivery that fails as a whole', () => {
    const warn = sinon.spy();
    listenToWarnings(warn);
    const error = new Error('no context manager');
    const { cache, start } = startService();
    cache.subscribe();
    start('job').end();

    sinon.stub(context, 'with').throws(error);
    cache.flush();
    sinon.restore();
    diag.disable();

    expect(warn.args).to.deep.equal([['otel-span-cache', 'a delivery failed', error]]);
  });

  it('does not keep the process alive for waiting items', async () => {
    await new Promise(setImmediate);
    const timers = () => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
    const before = timers();
    const { cache, start, log } = startService();
    cache.subscribe();

    log(start('open'), 'line');
    cache.flush();

    expect(cache.stats().events.parked).to.equal(1);
    expect(timers()).to.equal(before);
  });

  describe('checks waiting items', () => {
    let clock: sinon.SinonFakeTimers;
    /** In how many milliseconds it planned to. */
    let planned: () => unknown[];

    const caches: SpanCache[] = [];

    function startCache(options?: SpanCacheOptions): Service {
      const service = startService(options);
      caches.push(service.cache);
      return service;
    }

    beforeEach(() => {
      clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      const plan = sinon.spy(globalThis, 'setTimeout');
      planned = () => plan.args.map(([, millis]) => millis);
    });

    afterEach(async () => {
      sinon.restore();
      clock.restore();
      for (const cache of caches.splice(0)) await cache.shutdown();
    });

    for (const [maxParkedMillis, millis] of [
      [1_000, 250],
      [100, 50],
      [300_000, 60_000],
    ] as const) {
      it(`in ${millis} ms if events may wait for ${maxParkedMillis}`, () => {
        const { cache, start, log } = startCache({ maxParkedMillis });
        cache.subscribe();

        log(start('open'), 'line');
        cache.flush();

        expect(planned()).to.deep.equal([millis]);
      });
    }

    it('after a millisecond at least', async () => {
      const { cache, start } = startCache({ lateEvents: { holdMillis: 1 } });
      cache.subscribe();

      start('job').end();
      await eventually(() => cache.stats().spans.held === 1);

      expect(planned()).to.deep.equal([1]);
    });

    it('never while nothing waits', () => {
      const { cache, start } = startCache();
      cache.subscribe();

      start('job').end();
      cache.flush();

      expect(planned()).to.deep.equal([]);
    });

    it('once, even if other items arrive meanwhile', () => {
      const { cache, start, log } = startCache({ maxParkedMillis: 1_000 });
      cache.subscribe();

      for (let i = 0; i < 4; i++) {
        log(start('open'), 'line');
        cache.flush();
        clock.tick(50 * (i % 2));
      }

      expect(planned()).to.deep.equal([250]);
    });

    it('sooner if an item with a shorter wait arrives', async () => {
      const { cache, start, log } = startCache({ maxParkedMillis: 10_000, lateEvents: { holdMillis: 400 } });
      cache.subscribe();
      log(start('open'), 'line');
      cache.flush();

      start('job').end();
      await eventually(() => cache.stats().spans.held === 1);

      expect(planned()).to.deep.equal([2_500, 100]);
      expect(clock.countTimers()).to.equal(1);
    });

    it('one cycle after the due time', () => {
      const { cache, start, log } = startCache({ maxParkedMillis: 1_000 });
      cache.subscribe();
      log(start('open'), 'line');
      cache.flush();

      clock.tick(1_000);
      cache.flush();

      expect(cache.stats().events.orphaned.expired).to.equal(1);
    });

    it('by another timer once the planned one is a second late', () => {
      const { cache, start, log } = startCache({ maxParkedMillis: 1_000 });
      cache.subscribe();
      log(start('open'), 'line');
      cache.flush();
      sinon.restore();
      clock.restore();
      clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });

      const timers = [1_249, 1].map((millis) => {
        clock.tick(millis);
        cache.flush();
        return clock.countTimers();
      });

      expect(timers).to.deep.equal([0, 1]);
    });

    it('also if a timer is a number', () => {
      const { cache, start, log } = startCache();
      cache.subscribe();
      sinon.restore();
      const plan = sinon.stub(globalThis, 'setTimeout').returns(1 as unknown as NodeJS.Timeout);

      log(start('open'), 'line');
      cache.flush();

      expect(plan.callCount).to.equal(1);
    });

    it('again and again while something waits', async () => {
      const { cache, start, log } = startCache({ maxParkedMillis: 1_000 });
      cache.subscribe();
      log(start('open'), 'line');
      cache.flush();

      clock.tick(250);
      await eventually(() => planned().length === 2);

      expect(planned()).to.deep.equal([250, 250]);
    });
  });
});
