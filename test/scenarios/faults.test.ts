import { context, ROOT_CONTEXT, trace, TraceFlags, type ContextManager } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import type { ReadableSpan, SpanCache, SpanCacheOptions, SpanExporter } from '../../src/index.js';
import { InMemorySpanExporter } from '../sdk.js';
import { eventNames, names, startService, total, type Service } from './service.js';

/*
 * Faults around the cache. In each case the application's calls do not throw (here they are made bare, so that a throw
 * fails the test), each span and event is counted once, the bounds hold, and the next span is delivered with its event.
 */

const SUCCESS = { code: 0 };
const DAY_MILLIS = 86_400_000;

/** More than twice the room of a subscriber. */
const SPANS = 10_000;

const turn = () => new Promise(setImmediate);

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`timed out waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Ends many spans, and gives the driver its turns meanwhile. */
async function endSpans({ cache, start }: Service, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    start('job').end();
    if (i % 2_000 === 1_999) await until('the queue is empty', () => cache.stats().spans.queued === 0);
  }
}

function expectCountersAddUp({ cache }: Service, bounds: SpanCacheOptions = {}): void {
  const { queueCapacity = 65_536, maxParkedSpans = 16_384, maxEventsPerSpan = 128 } = bounds;
  const { spans, events, parkedSpans, subscriptions } = cache.stats();
  expect(spans.queued + spans.held + spans.delivered + total(spans.dropped), 'spans').to.equal(spans.received);
  expect(
    events.queued + events.parked + events.held + events.merged + total(events.orphaned) + total(events.dropped),
    'events',
  ).to.equal(events.received);
  expect(Math.max(spans.queued, events.queued), 'queued').to.be.at.most(queueCapacity);
  expect(Math.max(parkedSpans, spans.held), 'waiting spans').to.be.at.most(maxParkedSpans);
  expect(events.parked, 'parked events').to.be.at.most(parkedSpans * maxEventsPerSpan);
  for (const { kind, queued } of subscriptions) {
    // An exporter has a batch in its hands besides those in its queue.
    expect(queued, `waiting for the ${kind}`).to.be.at.most(kind === 'exporter' ? 4_096 + 512 : 4_096);
  }
}

/** The next span is delivered by the driver itself, with the event emitted in it. */
async function expectStillDelivers(service: Service): Promise<void> {
  const { cache, start, log } = service;
  const subscription = cache.subscribe();
  const queued = () => cache.stats().spans.queued + cache.stats().events.queued;
  await until('the queues are empty', () => queued() === 0);
  const delivered: ReadableSpan[] = [];

  const span = start('afterwards');
  log(span, 'its event');
  span.end();
  await until('the next span is delivered', () => {
    delivered.push(...(subscription.take()?.spans ?? []));
    return delivered.some(({ name }) => name === 'afterwards');
  });

  expect(eventNames(delivered.find(({ name }) => name === 'afterwards'))).to.deep.equal(['its event']);
  expectCountersAddUp(service);
  subscription.close();
}

/** After shutdown: everything still comes in without a throw, is counted, and is not kept. */
function expectClosed(service: Service): void {
  const { cache, start, log } = service;
  const before = cache.stats();
  const late = start('too late');
  log(late, 'too late');
  late.end();
  cache.flush();
  const { spans, events, parkedSpans, subscriptions } = cache.stats();
  expect(spans.dropped.shutdown - before.spans.dropped.shutdown).to.equal(1);
  expect(events.received - before.events.received).to.be.at.most(1);
  expect([spans.queued, spans.held, events.queued, events.held, parkedSpans]).to.deep.equal([0, 0, 0, 0, 0]);
  expect(subscriptions).to.deep.equal([]);
  expectCountersAddUp(service);
}

describe('A subscriber that does not read', () => {
  const SUBSCRIBERS: Record<string, (cache: SpanCache) => void> = {
    'a subscription that nobody takes from': (cache) => void cache.subscribe(),
    'a loop that reads one batch and hangs': (cache) => {
      void (async () => {
        for await (const _ of cache.subscribe()) await new Promise(() => {});
      })();
    },
    'a callback whose promise never settles': (cache) => {
      cache.subscribe(() => new Promise(() => {}));
    },
  };

  for (const [what, subscribe] of Object.entries(SUBSCRIBERS)) {
    it(`${what}: it loses its own spans only`, async () => {
      const service = startService();
      const { cache } = service;
      subscribe(cache);
      let read = 0;
      cache.subscribe(({ spans }) => (read += spans.length));

      await endSpans(service, SPANS);

      const [silent] = cache.stats().subscriptions;
      expect(read).to.equal(SPANS);
      expect(silent!.delivered + silent!.queued + silent!.dropped).to.equal(SPANS);
      expect(silent!.dropped).to.be.at.least(SPANS - 4_096 - 256);
      expectCountersAddUp(service);
      await expectStillDelivers(service);
    }).timeout(60_000);
  }

  it('learns the number of lost spans when it does read', async () => {
    const service = startService();
    const silent = service.cache.subscribe();
    await endSpans(service, 20_000);

    const { spans, dropped } = silent.take()!;

    expect(spans.length + dropped).to.equal(20_000);
    await expectStillDelivers(service);
  }).timeout(60_000);
});

describe('A subscriber whose promise is not one', () => {
  it('a `then` that throws costs one batch', async () => {
    const service = startService();
    const broken = sinon.spy(() => ({
      // oxlint-disable-next-line unicorn/no-thenable
      then() {
        throw new Error('broken promise');
      },
    }));
    service.cache.subscribe(broken);

    for (let i = 0; i < 3; i++) {
      service.start('job').end();
      service.cache.flush();
      await turn();
    }

    expect(broken.callCount).to.equal(3);
    expect(service.cache.stats().subscriptions[0]).to.include({ errors: 3, queued: 0 });
    await expectStillDelivers(service);
  });
});

describe('A faulty exporter', () => {
  type Export = SpanExporter['export'];

  // Mocha says nothing about these; Node ends the process of an application that does not listen.
  let unhandled: unknown[];
  const onUnhandled = (reason: unknown) => unhandled.push(reason);

  beforeEach(() => {
    unhandled = [];
    process.on('unhandledRejection', onUnhandled);
  });

  afterEach(() => void process.off('unhandledRejection', onUnhandled));

  const broken = () => {
    throw new Error('broken');
  };

  /** Each with what becomes of the span it got. */
  const EXPORTS: Record<string, { fault: Export; outcome: 'delivered' | 'failed' }> = {
    'that returns a rejected promise': {
      fault: (async () => broken()) as Export,
      outcome: 'failed',
    },
    'that returns a rejected promise after it succeeded': {
      fault: (async (_, done) => {
        done(SUCCESS);
        await turn();
        broken();
      }) as Export,
      outcome: 'delivered',
    },
    'that reports code 1': { fault: (_, done) => done({ code: 1 }), outcome: 'failed' },
    'that throws': { fault: broken, outcome: 'failed' },
    'that throws what is no error': {
      fault: () => {
        // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error
        throw undefined;
      },
      outcome: 'failed',
    },
    'that throws after it succeeded': {
      fault: (_, done) => {
        done(SUCCESS);
        broken();
      },
      outcome: 'delivered',
    },
    'that never calls back': { fault: () => {}, outcome: 'failed' },
    'that calls back twice': {
      fault: (_, done) => {
        done(SUCCESS);
        setImmediate(done, { code: 1 });
      },
      outcome: 'delivered',
    },
    'that calls back twice, the failure first': {
      fault: (_, done) => {
        done({ code: 1 });
        done(SUCCESS);
      },
      outcome: 'failed',
    },
    'that calls back long after its time': {
      fault: (_, done) => void setTimeout(done, 200, SUCCESS),
      outcome: 'failed',
    },
    'that calls back without a result': {
      fault: (_, done) => void setImmediate(done as () => void),
      outcome: 'failed',
    },
  };

  for (const [what, { fault, outcome }] of Object.entries(EXPORTS)) {
    it(`${what}: the span counts as ${outcome}, and the next is exported`, async () => {
      const service = startService();
      const { cache, start } = service;
      const healthy = new InMemorySpanExporter();
      const exporter = { export: fault, shutdown: async () => {} };
      cache.addExporter(exporter, { exportTimeoutMillis: 100 });
      cache.addExporter(healthy);

      start('first').end();
      await cache.forceFlush();
      await new Promise((resolve) => setTimeout(resolve, 150));
      const [afterFault] = cache.stats().subscriptions;
      exporter.export = (_, done) => done(SUCCESS);
      start('second').end();
      await cache.forceFlush();

      expect(afterFault).to.deep.include({ delivered: 0, failed: 0, dropped: 0, queued: 0, [outcome]: 1 });
      const [stats] = cache.stats().subscriptions;
      expect(stats!.delivered - afterFault!.delivered).to.equal(1);
      expect(names(healthy.getFinishedSpans())).to.deep.equal(['first', 'second']);
      expectCountersAddUp(service);
      await expectStillDelivers(service);
      await cache.shutdown();
      expectClosed(service);
      expect(unhandled).to.deep.equal([]);
    });
  }

  it('that hangs while spans keep arriving loses spans for lack of room, without losses for others', async () => {
    const service = startService();
    const { cache } = service;
    const exporter = sinon.stub<Parameters<Export>, void>();
    let read = 0;
    cache.addExporter({ export: exporter, shutdown: async () => {} });
    cache.subscribe(({ spans }) => (read += spans.length));

    await endSpans(service, SPANS);

    expect(read).to.equal(SPANS);
    expect(exporter.callCount).to.equal(1);
    const [hanging] = cache.stats().subscriptions;
    expect(hanging!.queued + hanging!.dropped).to.equal(SPANS);
    expectCountersAddUp(service);
    await expectStillDelivers(service);

    exporter.callsFake((_, done) => done(SUCCESS));
    exporter.firstCall.args[1](SUCCESS);
    await cache.forceFlush();
    const [recovered] = cache.stats().subscriptions;
    expect(recovered).to.include({ failed: 0, queued: 0 });
    expect(recovered!.delivered + recovered!.dropped).to.equal(SPANS + 1);
  }).timeout(60_000);

  const rejecting = async () => broken();
  const hanging = () => new Promise<void>(() => {});
  const ENDINGS: Record<string, Pick<SpanExporter, 'forceFlush' | 'shutdown'>> = {
    'forceFlush() throws': { forceFlush: broken, shutdown: async () => {} },
    'forceFlush() rejects': { forceFlush: rejecting, shutdown: async () => {} },
    'forceFlush() hangs': { forceFlush: hanging, shutdown: async () => {} },
    'shutdown() throws': { shutdown: broken },
    'shutdown() rejects': { shutdown: rejecting },
    'shutdown() hangs': { shutdown: hanging },
    'forceFlush() and shutdown() return nothing': { forceFlush: (() => {}) as never, shutdown: (() => {}) as never },
  };

  for (const [what, methods] of Object.entries(ENDINGS)) {
    it(`whose ${what} receives its spans, and shutdown() completes`, async () => {
      const service = startService();
      const { cache, start } = service;
      const exported: string[] = [];
      const exporter: SpanExporter = {
        export(spans, done) {
          exported.push(...names(spans));
          done(SUCCESS);
        },
        ...methods,
      };
      const healthy = sinon.spy(async () => {});
      cache.addExporter(exporter, { exportTimeoutMillis: 20 });
      cache.addExporter({ export: exporter.export, shutdown: healthy });
      start('first').end();

      await cache.forceFlush();
      await expectStillDelivers(service);
      await cache.shutdown();

      expect(exported).to.deep.equal(['first', 'first', 'afterwards', 'afterwards']);
      expect(healthy.callCount).to.equal(1);
      expectClosed(service);
      expect(unhandled).to.deep.equal([]);
    });
  }
});

describe('The clock jumps', () => {
  let shift = 0;

  beforeEach(() => {
    shift = 0;
    const { now } = Date;
    const monotonic = performance.now.bind(performance);
    sinon.stub(Date, 'now').callsFake(() => now() + shift);
    sinon.stub(performance, 'now').callsFake(() => monotonic() + shift);
  });

  afterEach(() => sinon.restore());

  const POLICIES: Record<string, SpanCacheOptions> = {
    'late events are orphans': {},
    'late events amend their span': { lateEvents: 'amend' },
    'spans are held': { lateEvents: { holdMillis: 50 } },
    'open spans are known': { trackOpenSpans: true, lateEvents: { holdMillis: 50 } },
  };

  for (const [direction, jump] of [
    ['forwards', DAY_MILLIS],
    ['backwards', -DAY_MILLIS],
  ] as const) {
    for (const [what, options] of Object.entries(POLICIES)) {
      it(`${direction}, ${what}: each span and event is delivered once`, async () => {
        const service = startService({ ...options, maxParkedMillis: 40 });
        const { cache, start, log } = service;
        const spans: ReadableSpan[] = [];
        const orphans: string[] = [];
        cache.subscribe(
          (batch) => {
            spans.push(...batch.spans);
            orphans.push(...batch.orphans.map(({ name }) => name));
          },
          { orphans: true },
        );
        const [open, ended] = [start('open'), start('ended')];
        log(open, 'of the open span');
        log(ended, 'of the ended span');
        ended.end();
        await until('the span is taken in', () => cache.stats().spans.queued === 0);

        shift = jump;
        await until('the span is delivered', () => spans.length > 0);
        const inTime = names(spans);
        open.end();
        cache.flush();

        expect(inTime, 'delivered without a flush').to.deep.equal(['ended']);
        expect(names(spans)).to.deep.equal(['ended', 'open']);
        const seen = [...spans.flatMap(eventNames), ...orphans].sort();
        expect(seen).to.deep.equal(['of the ended span', 'of the open span']);
        expectCountersAddUp(service);
        await expectStillDelivers(service);
      });
    }

    it(`${direction}: parked events still expire`, async () => {
      const service = startService({ maxParkedMillis: 40 });
      const { cache, start, log } = service;
      cache.subscribe();
      log(start('before the jump'), 'x');
      cache.flush();

      shift = jump;
      log(start('after the jump'), 'x');
      await until('both have expired', () => cache.stats().events.orphaned.expired === 2);

      expectCountersAddUp(service);
      await expectStillDelivers(service);
    });
  }
});

describe('A flood', () => {
  it('of 20,000 events for one span keeps the newest, and counts the dropped ones', async () => {
    const service = startService();
    const { cache, start, logger } = service;
    const subscription = cache.subscribe();
    const span = start('busy');
    const inSpan = trace.setSpan(ROOT_CONTEXT, span);

    for (let i = 0; i < 20_000; i++) {
      logger.emit({ body: 'x', context: inSpan });
      if (i % 10_000 === 0) cache.flush();
    }
    logger.emit({ body: 'the last', context: inSpan });
    span.end();
    cache.flush();

    const [{ events, droppedEventsCount } = expect.fail('no span')] = subscription.take()!.spans;
    expect(events).to.have.length(128);
    expect(events.at(-1)!.name).to.equal('the last');
    expect(droppedEventsCount).to.equal(20_001 - 128);
    expect(cache.stats().events).to.include({ received: 20_001, merged: 128, parked: 0 });
    expect(cache.stats().events.dropped.event_limit).to.equal(20_001 - 128);
    expectCountersAddUp(service);
    await expectStillDelivers(service);
  }).timeout(60_000);

  it('of 50,000 parents without a span keeps the events of the newest', async () => {
    const service = startService();
    const { cache, logger } = service;
    cache.subscribe();

    for (let i = 1; i <= 50_000; i++) {
      const spanId = i.toString(16).padStart(16, '0');
      const spanContext = { traceId: 'a'.repeat(32), spanId, traceFlags: TraceFlags.SAMPLED };
      logger.emit({ body: 'x', context: trace.setSpanContext(ROOT_CONTEXT, spanContext) });
      if (i % 25_000 === 0) cache.flush();
    }

    const { events, parkedSpans } = cache.stats();
    expect(events.received).to.equal(50_000);
    expect([parkedSpans, events.parked]).to.deep.equal([16_384, 16_384]);
    expect(events.orphaned.evicted).to.equal(50_000 - 16_384);
    expectCountersAddUp(service);
    await expectStillDelivers(service);
  }).timeout(60_000);

  it('of 130,000 orphans at once can be read in one batch', async () => {
    const service = startService({ maxEventsPerSpan: 10_000, maxParkedMillis: 1 });
    const { cache, start, log } = service;
    const subscription = cache.subscribe({ capacity: 1_000_000, orphans: true });
    for (let parent = 0; parent < 13; parent++) {
      const open = start('never ends');
      for (let i = 0; i < 10_000; i++) log(open, 'x');
      cache.flush();
    }
    start('job').end();
    cache.flush();
    await until('they have expired', () => cache.stats().events.orphaned.expired === 130_000);

    const { spans, orphans } = subscription.take()!;

    expect([spans.length, orphans.length]).to.deep.equal([1, 130_000]);
    await expectStillDelivers(service);
  }).timeout(60_000);

  it('of 70,000 spans in one tick fills the queues, whose items are all delivered', async () => {
    const service = startService();
    const { cache, start, log } = service;
    let whole = 0;
    cache.subscribe(({ spans }) => {
      whole += spans.filter((span) => span.events.length === 1).length;
    });

    for (let i = 0; i < 70_000; i++) {
      const span = start('storm');
      log(span, 'x');
      span.end();
    }
    const { spans, events } = cache.stats();
    await until('the queues are empty', () => cache.stats().spans.queued === 0);

    expect([spans.queued, events.queued]).to.deep.equal([65_536, 65_536]);
    expect([spans.dropped.queue_full, events.dropped.queue_full]).to.deep.equal([4_464, 4_464]);
    expectCountersAddUp(service);
    expect(whole + cache.stats().parkedSpans + cache.stats().events.orphaned.evicted).to.equal(65_536);
    await expectStillDelivers(service);
  }).timeout(60_000);
});

describe('shutdown() at a bad moment', () => {
  it('during an export that hangs: abandons it after its time limit, and shuts the exporter down', async () => {
    const service = startService();
    const { cache, start } = service;
    const exporter = { export: sinon.spy(() => {}), shutdown: sinon.spy(async () => {}) };
    cache.addExporter(exporter, { exportTimeoutMillis: 20, maxExportBatchSize: 1 });
    start('exporting').end();
    cache.flush();
    await until('the export is under way', () => exporter.export.callCount === 1);

    const shutdown = cache.shutdown();
    start('meanwhile').end();
    await shutdown;

    expect(exporter.shutdown.callCount).to.equal(1);
    expect(cache.stats().spans).to.deep.include({ received: 2, delivered: 1 });
    expectClosed(service);
  });

  for (const [what, options] of Object.entries<SpanCacheOptions>({
    'parked events': {},
    'held spans': { lateEvents: { holdMillis: 60_000 } },
  })) {
    it(`during flush(), called by a subscriber, with ${what}: nothing is lost`, async () => {
      const service = startService(options);
      const { cache, start, log } = service;
      const seen: string[] = [];
      const exporter = new InMemorySpanExporter();
      const exported: string[] = [];
      sinon.stub(exporter, 'shutdown').callsFake(async () => {
        exported.push(...names(exporter.getFinishedSpans()));
      });
      cache.subscribe(() => {
        void cache.shutdown();
        cache.flush();
        void cache.forceFlush();
        start('by the subscriber').end();
      });
      cache.subscribe(({ spans, orphans }) => seen.push(...names(spans), ...orphans.map(({ name }) => name)), {
        orphans: true,
      });
      cache.addExporter(exporter);
      log(start('open'), 'of the open span');
      const expected = Array.from({ length: 1_000 }, (_, i) => String(i));
      for (const name of expected) start(name).end();

      cache.flush();
      await cache.shutdown();

      expect(seen).to.deep.equal([...expected, 'of the open span']);
      expect(exported).to.deep.equal(expected);
      expectClosed(service);
    });
  }

  it('twice, and through the SDK too, at the same time: happens once', async () => {
    const service = startService();
    const { cache, start } = service;
    const exporter = { export: sinon.spy((_, done) => done(SUCCESS)), shutdown: sinon.spy(async () => {}) };
    cache.addExporter(exporter);
    start('job').end();

    await Promise.all([cache.shutdown(), service.shutdown(), cache.shutdown()]);
    await cache.shutdown();

    expect([exporter.export.callCount, exporter.shutdown.callCount]).to.deep.equal([1, 1]);
    expectClosed(service);
  });

  it('before any use: everything is harmless afterwards', async () => {
    const service = startService({ trackOpenSpans: true });
    const { cache, start } = service;
    const exporter = { export: sinon.spy(), shutdown: sinon.spy(async () => {}) };
    await cache.shutdown();

    const subscription = cache.subscribe();
    const callback = cache.subscribe(() => {});
    const handle = cache.addExporter(exporter);
    const store = cache.store();
    start('never seen').end();
    start('never ends');
    cache.flush();
    await Promise.all([cache.forceFlush(), handle.forceFlush(), service.forceFlush(), handle.close()]);
    for await (const _ of subscription) expect.fail('a batch after shutdown');

    expect([subscription.closed, callback.closed, handle.closed]).to.deep.equal([true, true, true]);
    expect(store.getFinishedSpans()).to.deep.equal([]);
    expect(cache.openSpans()).to.deep.equal([]);
    expect(exporter.export.callCount).to.equal(0);
    expectClosed(service);
  });

  it('with forceFlush() before, during and after it: all complete, and each span is exported once', async () => {
    const service = startService();
    const { cache, start } = service;
    const exported: string[] = [];
    cache.addExporter(
      {
        export(spans, done) {
          exported.push(...names(spans));
          setImmediate(done, SUCCESS);
        },
        shutdown: async () => {},
      },
      { maxQueueSize: 300, maxExportBatchSize: 100 },
    );
    const expected = Array.from({ length: 2_000 }, (_, i) => String(i));
    for (const name of expected) start(name).end();

    const calls = [cache.forceFlush(), cache.shutdown(), cache.forceFlush()];
    await turn();
    calls.push(cache.forceFlush(), service.forceFlush());
    await Promise.all(calls);
    await cache.forceFlush();

    expect(exported).to.deep.equal(expected);
    expectClosed(service);
  });
});

describe('The context manager', () => {
  // The API does not give away the manager that is set, and it must be the same afterwards.
  const { _getContextManager: current } = context as unknown as { _getContextManager(): ContextManager };
  let manager: ContextManager;

  beforeEach(() => {
    manager = current.call(context);
    context.disable();
  });

  afterEach(() => {
    context.disable();
    context.setGlobalContextManager(manager.enable());
  });

  it('is absent: spans keep their events, and a subscriber is not delivered the spans it starts', async () => {
    const service = startService();
    const { cache, start, log } = service;
    const exporter = new InMemorySpanExporter();
    cache.addExporter(exporter);
    const subscriber = sinon.spy(() => start('by the subscriber').end());
    const handle = cache.subscribe(subscriber);
    const span = start('job');
    log(span, 'x');
    span.end();

    cache.flush();
    handle.close();
    await cache.forceFlush();

    expect(subscriber.callCount).to.equal(1);
    expect(exporter.getFinishedSpans().map(eventNames)).to.deep.equal([['x']]);
    expectCountersAddUp(service);
    await expectStillDelivers(service);
  });

  it('throws: deliveries fail, and the application does not notice', async () => {
    const failing: ContextManager = {
      active: () => ROOT_CONTEXT,
      with: () => {
        throw new Error('broken context manager');
      },
      bind: (_, target) => target,
      enable: () => failing,
      disable: () => failing,
    };
    context.setGlobalContextManager(failing);
    const service = startService();
    const { cache, start, log } = service;
    cache.subscribe();
    cache.addExporter(new InMemorySpanExporter());

    const span = start('job');
    log(span, 'x');
    span.end();
    cache.flush();
    await cache.forceFlush();

    expectCountersAddUp(service);
    context.disable();
    context.setGlobalContextManager(manager.enable());
    await expectStillDelivers(service);
  });
});
