import { context, diag, ROOT_CONTEXT, trace, type ContextManager, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { untraced, type SpanBatch, type SubscriptionStats } from '../../src/index.js';
import { InMemorySpanExporter } from '../sdk.js';
import { eventually, listenToWarnings, names, startService, type Service } from './service.js';

/** Each way to subscribe, as something that collects the names of the spans it got. */
const KINDS: Record<
  SubscriptionStats['kind'],
  (service: Service) => { got: () => Promise<string[]>; close: () => unknown }
> = {
  iterator({ cache }) {
    const subscription = cache.subscribe();
    const seen: string[] = [];
    const got = async () => {
      seen.push(...names(subscription.take()?.spans ?? []));
      return seen;
    };
    return { got, close: () => subscription.close() };
  },
  callback({ cache }) {
    const seen: string[] = [];
    const subscription = cache.subscribe(({ spans }) => seen.push(...names(spans)));
    return { got: async () => seen, close: () => subscription.close() };
  },
  traces({ cache }) {
    const seen: string[] = [];
    const subscription = cache.subscribeToTraces(({ spans }) => seen.push(...names(spans)), { settleMillis: 0 });
    return { got: async () => seen, close: () => subscription.close() };
  },
  exporter({ cache }) {
    const exporter = new InMemorySpanExporter();
    const handle = cache.addExporter(exporter);
    const got = async () => {
      await handle.forceFlush();
      return names(exporter.getFinishedSpans());
    };
    return { got, close: () => handle.close() };
  },
  store({ cache }) {
    const store = cache.store();
    return { got: async () => names(store.getFinishedSpans()), close: () => store.close() };
  },
};

for (const kind of Object.keys(KINDS) as SubscriptionStats['kind'][]) {
  describe(`Every subscriber: ${kind}`, () => {
    it('receives the spans that end while it is subscribed, in order', async () => {
      const service = startService();
      service.start('before').end();
      const { got } = KINDS[kind](service);

      for (const name of ['a', 'b', 'c']) service.start(name).end();
      service.cache.flush();

      expect(await got()).to.deep.equal(['a', 'b', 'c']);
    });

    it('receives nothing after it was closed', async () => {
      const service = startService();
      service.cache.subscribe();
      const { got, close } = KINDS[kind](service);
      service.start('a').end();
      service.cache.flush();
      await got();

      close();
      service.start('b').end();
      service.cache.flush();

      expect(service.cache.stats().subscriptions).to.have.length(1);
      if (kind !== 'exporter') expect(await got()).to.deep.equal(['a']);
    });

    it('is counted by stats()', async () => {
      const service = startService();
      const { got } = KINDS[kind](service);
      for (const name of ['a', 'b']) service.start(name).end();
      service.cache.flush();

      await got();

      const [stats] = service.cache.stats().subscriptions;
      expect(stats).to.include({ kind, delivered: 2, dropped: 0, queued: 0, errors: 0 });
    });

    it('still receives its spans when another one throws', async () => {
      const service = startService();
      service.cache.subscribe(() => {
        throw new Error('broken subscriber');
      });
      const { got } = KINDS[kind](service);

      service.start('a').end();
      service.cache.flush();

      expect(await got()).to.deep.equal(['a']);
      expect(service.cache.stats().subscriptions[0]!.errors).to.equal(1);
    });

    it('is closed from the start after shutdown()', async () => {
      const service = startService();
      await service.cache.shutdown();

      KINDS[kind](service);
      service.start('a').end();
      service.cache.flush();

      expect(service.cache.stats().subscriptions).to.deep.equal([]);
      expect(service.cache.stats().spans.dropped.shutdown).to.equal(1);
    });
  });
}

describe('A slow subscriber', () => {
  it('loses whole batches, and the next batch reports the loss', () => {
    const { cache, start } = startService();
    const slow = cache.subscribe({ capacity: 5 });
    const fast = cache.subscribe();
    for (const size of [3, 3, 2]) {
      for (let i = 0; i < size; i++) start(`of ${size}`).end();
      cache.flush();
    }

    const batch = slow.take()!;

    expect(names(batch.spans)).to.deep.equal(['of 3', 'of 3', 'of 3', 'of 2', 'of 2']);
    expect(batch.dropped).to.equal(3);
    expect(fast.take()!.spans).to.have.length(8);
    expect(cache.stats().subscriptions[0]).to.include({ delivered: 5, dropped: 3, queued: 0 });
  });

  it('receives an empty batch that reports a loss after the last one', () => {
    const { cache, start } = startService();
    const slow = cache.subscribe({ capacity: 1 });
    for (const name of ['kept', 'lost', 'lost too']) {
      start(name).end();
      cache.flush();
    }

    expect(slow.take()).to.deep.include({ dropped: 2 });
    expect(slow.take()).to.equal(undefined);
  });

  it('sees the position of a loss when it reads batch by batch', async () => {
    const { cache, start } = startService();
    const slow = cache.subscribe({ capacity: 1 });
    const batches = slow[Symbol.asyncIterator]();
    for (const name of ['kept', 'lost']) {
      start(name).end();
      cache.flush();
    }

    const first = (await batches.next()).value as SpanBatch;
    start('after').end();
    cache.flush();
    const second = (await batches.next()).value as SpanBatch;

    expect([names(first.spans), first.dropped]).to.deep.equal([['kept'], 0]);
    expect([names(second.spans), second.dropped]).to.deep.equal([['after'], 1]);
  });

  it('with an empty buffer smaller than a batch receives the part that fits', () => {
    const { cache, start } = startService();
    const small = cache.subscribe({ capacity: 4 });
    for (let i = 0; i < 10; i++) start(String(i)).end();

    cache.flush();

    const { spans, dropped } = small.take()!;
    expect(names(spans)).to.deep.equal(['0', '1', '2', '3']);
    expect(dropped).to.equal(6);
  });

  it('never holds more than its capacity, orphans included', () => {
    const { cache, start, logger } = startService();
    const slow = cache.subscribe({ capacity: 4, orphans: true });

    for (let i = 0; i < 10; i++) {
      logger.emit({ body: 'alone', context: ROOT_CONTEXT });
      start('job').end();
      cache.flush();
    }

    const { spans, orphans, dropped } = slow.take()!;
    expect([spans.length, orphans.length, dropped]).to.deep.equal([2, 2, 8]);
    expect(cache.stats().subscriptions[0]).to.include({ dropped: 8, droppedOrphans: 8 });
  });

  it('never holds more bytes than maxBytes, and reports the losses', () => {
    const { cache, start } = startService();
    const slow = cache.subscribe({ maxBytes: 100_000 });
    const quick = cache.subscribe(() => {}, { maxBytes: 1 });

    for (let i = 0; i < 10; i++) {
      start('job').setAttribute('body', 'x'.repeat(30_000)).end();
      cache.flush();
    }
    const [stats, others] = cache.stats().subscriptions;
    const { spans, dropped } = slow.take()!;

    expect([spans.length, dropped]).to.deep.equal([3, 7]);
    expect(stats).to.include({ queued: 3, dropped: 7, droppedByBytes: 7 });
    expect(stats!.queuedBytes).to.be.within(90_000, 100_000);
    expect(others).to.include({ delivered: 10, dropped: 0, queuedBytes: 0 });
    quick.close();
  });
});

describe('A callback subscriber', () => {
  let warnings: sinon.SinonSpy;

  beforeEach(() => {
    warnings = sinon.spy();
    listenToWarnings(warnings);
  });

  afterEach(() => diag.disable());

  it('that throws is reported once per episode, and still receives batches', () => {
    const { cache, start } = startService();
    let broken = true;
    const callback = sinon.spy(() => {
      if (broken) throw new Error('broken');
    });
    cache.subscribe(callback);
    const deliver = () => {
      start('job').end();
      cache.flush();
    };

    deliver();
    deliver();
    broken = false;
    deliver();
    broken = true;
    deliver();

    expect(callback.callCount).to.equal(4);
    expect(cache.stats().subscriptions[0]!.errors).to.equal(3);
    expect(warnings.callCount).to.equal(2);
  });

  it('that rejects is counted in the same way', async () => {
    const { cache, start } = startService();
    cache.subscribe(async () => {
      throw new Error('broken');
    });

    start('job').end();
    cache.flush();
    await new Promise(setImmediate);

    expect(cache.stats().subscriptions[0]!.errors).to.equal(1);
    expect(warnings.callCount).to.equal(1);
  });

  it('that returns a promise receives the next batch when it has settled', async () => {
    const { cache, start } = startService();
    const seen: string[] = [];
    let finish = () => {};
    cache.subscribe(({ spans }) => {
      seen.push(...names(spans));
      return new Promise<void>((resolve) => (finish = resolve));
    });
    for (const name of ['a', 'b', 'c']) {
      start(name).end();
      cache.flush();
    }
    const whileBusy = [...seen];

    finish();
    await new Promise(setImmediate);

    expect(whileBusy).to.deep.equal(['a']);
    expect(seen).to.deep.equal(['a', 'b']);
    expect(cache.stats().subscriptions[0]!.queued).to.equal(1);
  });

  it('may call flush(): the delivery in progress continues first', () => {
    const { cache, start } = startService();
    const seen: string[][] = [];
    cache.subscribe(({ spans }) => {
      cache.flush();
      seen.push(names(spans));
    });
    for (let i = 0; i < 600; i++) start(String(i)).end();

    cache.flush();

    expect(seen.map(({ length }) => length)).to.deep.equal([256, 256, 88]);
    expect(seen.flat()).to.deep.equal(Array.from({ length: 600 }, (_, i) => String(i)));
  });

  it('that starts spans and logs does not make the pipeline loop', async () => {
    const { cache, start, tracer, logger } = startService();
    const callback = sinon.spy(async () => {
      tracer.startSpan('from the subscriber').end();
      logger.emit({ body: 'from the subscriber' });
      await new Promise(setImmediate);
      tracer.startActiveSpan('from what it awaits', (span) => {
        logger.emit({ body: 'from what it awaits' });
        span.end();
      });
    });
    cache.subscribe(callback, { orphans: true });

    start('job').end();
    cache.flush();
    await new Promise((resolve) => setTimeout(resolve, 20));
    cache.flush();

    expect(callback.callCount).to.equal(1);
    expect(cache.stats().spans.received).to.equal(1);
    expect(cache.stats().events.dropped.suppressed).to.equal(2);
  });

  describe('that starts spans without suppression', () => {
    const { _getContextManager: current } = context as unknown as { _getContextManager(): ContextManager };
    const MANAGERS = {
      'with a context manager, as roots': () => () => {},
      'without a context manager': () => {
        const manager = current.call(context);
        context.disable();
        return () => void context.setGlobalContextManager(manager.enable());
      },
    };

    for (const [what, arrange] of Object.entries(MANAGERS)) {
      describe(what, () => {
        let restore: () => void;
        beforeEach(() => (restore = arrange()));
        afterEach(() => restore());

        it('does not receive spans that it starts in a delivery, whenever they end', async () => {
          const { cache, start } = startService();
          const open: Span[] = [];
          const callback = sinon.spy(() => {
            start('ended at once').end();
            open.push(start('ended later'));
          });
          cache.subscribe(callback);

          start('job').end();
          cache.flush();
          for (const span of open) span.end();
          await new Promise((resolve) => setTimeout(resolve, 20));
          cache.flush();

          expect(callback.callCount).to.equal(1);
          expect(cache.stats().spans).to.deep.include({ received: 3, delivered: 1 });
          expect(cache.stats().spans.dropped.suppressed).to.equal(2);
        });

        it('does not receive the children of such spans, nor their log lines', () => {
          const { cache, start, tracer, log } = startService();
          let own: Span | undefined;
          const callback = sinon.spy(() => (own ??= start('own')));
          cache.subscribe(callback, { orphans: true });
          start('job').end();
          cache.flush();

          tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, own!)).end();
          log(own!, 'in its own span');
          cache.flush();

          expect(callback.callCount).to.equal(1);
          expect(cache.stats().spans.dropped.suppressed).to.equal(1);
          expect(cache.stats().events.dropped.suppressed).to.equal(1);
        });

        it('costs the application nothing if a processor in front passes on no context', () => {
          const { cache, start } = startService();
          cache.subscribe(() => void start('own'));
          start('job').end();
          cache.flush();

          const started = () => {
            for (const none of [undefined, null, {}])
              cache.spanProcessor.onStart(start('next') as never, none as never);
          };

          expect(started).not.to.throw();
        });

        it('receives a span of the application that it ends', () => {
          const { cache, start } = startService();
          const open = start('started before');
          const delivered: string[] = [];
          cache.subscribe(({ spans }) => {
            delivered.push(...names(spans));
            open.end();
          });

          start('job').end();
          cache.flush();
          cache.flush();

          expect(delivered).to.deep.equal(['job', 'started before']);
        });

        it('does not receive spans that a loop starts in untraced()', () => {
          const { cache, start } = startService();
          const subscription = cache.subscribe();

          untraced(() => start('about a batch').end());
          cache.flush();

          expect(subscription.take()).to.equal(undefined);
          expect(cache.stats().spans.dropped.suppressed).to.equal(1);
        });

        it('has none of them among the open spans', () => {
          const { cache, start } = startService({ trackOpenSpans: true });
          cache.subscribe(() => void start('own'));

          start('job').end();
          cache.flush();

          expect(cache.openSpans()).to.deep.equal([]);
        });
      });
    }
  });

  it('may close itself and others while it is delivered to', () => {
    const { cache, start } = startService();
    const second = sinon.spy();
    const first = cache.subscribe(() => {
      first.close();
      other.close();
    });
    const other = cache.subscribe(second);

    start('job').end();
    cache.flush();

    expect(second.callCount).to.equal(0);
    expect(cache.stats().subscriptions).to.deep.equal([]);
  });

  it('that keeps up loses nothing with any buffer size, and does not affect the others', async () => {
    const { cache, start } = startService();
    const sizes: number[] = [];
    const got = { callback: 0, loop: 0 };
    cache.subscribe(({ spans }) => sizes.push(spans.length));
    cache.subscribe(({ spans }) => (got.callback += spans.length), { capacity: 1 });
    const subscription = cache.subscribe({ capacity: 1 });
    const loop = (async () => {
      for await (const { spans } of subscription) got.loop += spans.length;
    })();
    for (let i = 0; i < 200; i++) start(String(i)).end();

    cache.flush();
    await new Promise(setImmediate);
    subscription.close();
    await loop;

    expect(got).to.deep.equal({ callback: 200, loop: 200 });
    expect(sizes).to.deep.equal([200]);
  });

  it('that flushes after an await receives its batches in order', async () => {
    const { cache, start } = startService();
    const seen: string[] = [];
    cache.subscribe(async ({ spans }) => {
      seen.push(...names(spans));
      await undefined;
      cache.flush();
    });
    for (const name of ['a', 'b', 'c']) {
      start(name).end();
      cache.flush();
    }
    await eventually(() => seen.length === 3);

    expect(seen).to.deep.equal(['a', 'b', 'c']);
  });

  it('runs outside the span whose end woke the driver', async () => {
    const { cache, tracer } = startService();
    const active: unknown[] = [];
    cache.subscribe(() => active.push(trace.getActiveSpan()));

    tracer.startActiveSpan('request', (span) => span.end());
    await eventually(() => active.length > 0);

    expect(active).to.deep.equal([undefined]);
  });
});

describe('An iterator subscription', () => {
  it('is a loop over batches as they arrive', async () => {
    const { cache, start } = startService();
    const seen: string[] = [];

    setImmediate(() => {
      start('a').end();
      setTimeout(() => start('b').end(), 10);
    });
    for await (const { spans } of cache.subscribe()) {
      seen.push(...names(spans));
      if (seen.length === 2) break;
    }

    expect(seen).to.deep.equal(['a', 'b']);
  });

  it('may start spans in its loop, untraced', async () => {
    const { cache, start, tracer } = startService();
    const subscription = cache.subscribe();
    const seen: string[] = [];
    const loop = (async () => {
      for await (const { spans } of subscription) {
        untraced(() => {
          seen.push(...names(spans));
          tracer.startSpan('from the loop').end();
        });
      }
    })();

    start('job').end();
    await new Promise((resolve) => setTimeout(resolve, 30));
    subscription.close();
    await loop;

    expect(seen).to.deep.equal(['job']);
  });

  it('is closed by leaving the loop', async () => {
    const { cache, start } = startService();
    const subscription = cache.subscribe();
    start('a').end();
    cache.flush();

    for await (const _ of subscription) break;

    expect(subscription.closed).to.equal(true);
    expect(cache.stats().subscriptions).to.deep.equal([]);
  });

  it('ends a waiting loop when it is closed', async () => {
    const { cache } = startService();
    const subscription = cache.subscribe();
    const loop = (async () => {
      for await (const _ of subscription);
      return 'ended';
    })();

    subscription.close();

    expect(await loop).to.equal('ended');
  });

  it('discards unread batches when it is closed', () => {
    const { cache, start } = startService();
    const subscription = cache.subscribe();
    start('a').end();
    cache.flush();

    subscription.close();
    subscription.close();

    expect(subscription.take()).to.equal(undefined);
  });

  it('can be read to its end after shutdown()', async () => {
    const { cache, start } = startService();
    const subscription = cache.subscribe();
    start('a').end();
    await cache.shutdown();
    const seen: string[] = [];

    for await (const { spans } of subscription) seen.push(...names(spans));

    expect(seen).to.deep.equal(['a']);
  });

  it('is disposable', async () => {
    const { cache } = startService();

    cache.subscribe()[Symbol.dispose]();
    await cache.subscribe()[Symbol.asyncDispose]();
    cache.subscribe(() => {})[Symbol.dispose]();
    cache.store()[Symbol.dispose]();
    await cache.addExporter(new InMemorySpanExporter())[Symbol.asyncDispose]();

    expect(cache.stats().subscriptions).to.deep.equal([]);
  });

  it('returns everything in one batch from take()', () => {
    const { cache, start } = startService();
    const subscription = cache.subscribe();
    for (const name of ['a', 'b', 'c']) {
      start(name).end();
      cache.flush();
    }

    expect(names(subscription.take()!.spans)).to.deep.equal(['a', 'b', 'c']);
    expect(subscription.take()).to.equal(undefined);
  });
});

describe('Nobody subscribed', () => {
  it('spans and events are counted and not kept', () => {
    const { cache, start, log } = startService();
    const span = start('job');

    log(span, 'x');
    span.end();
    cache.flush();

    const { spans, events } = cache.stats();
    expect(spans).to.include({ received: 1, queued: 0 });
    expect(spans.dropped.no_subscriber).to.equal(1);
    expect(events).to.include({ queued: 0, parked: 0 });
  });

  it('the logger does not build records', () => {
    const { cache } = startService();
    const options = { context: ROOT_CONTEXT, instrumentationScope: { name: 'test' } };

    const idle = cache.logRecordProcessor.enabled?.(options);
    cache.subscribe();
    const subscribed = cache.logRecordProcessor.enabled?.(options);

    expect([idle, subscribed]).to.deep.equal([false, true]);
  });

  it('any more: parked events are dropped at once', async () => {
    const { cache, start, log } = startService();
    const subscription = cache.subscribe();
    log(start('open'), 'parked');
    cache.flush();
    await new Promise((resolve) => setTimeout(resolve, 10));

    subscription.close();
    await eventually(() => cache.stats().events.parked === 0);

    expect(cache.stats().events).to.include({ parked: 0 });
  });

  it('any more: queued and parked items are dropped and counted', async () => {
    const { cache, start, log } = startService();
    const subscription = cache.subscribe();
    const [open, ended] = [start('open'), start('ended')];
    log(open, 'parked');
    cache.flush();
    log(open, 'queued');
    ended.end();

    subscription.close();
    await eventually(() => cache.stats().spans.queued === 0);

    const { spans, events } = cache.stats();
    expect(spans).to.include({ received: 1, queued: 0, delivered: 0 });
    expect(spans.dropped.no_subscriber).to.equal(1);
    expect(events).to.include({ received: 2, queued: 0, parked: 0 });
    expect(events.dropped.no_subscriber).to.equal(2);
  });
});
