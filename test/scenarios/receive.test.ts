import { expect } from 'chai';
import type { OrphanEvent, SpanBatch, SpanCacheOptions } from '../../src/index.js';
import { InMemorySpanExporter, SamplingDecision } from '../sdk.js';
import { names, startService, type Service } from './service.js';
import { onDemand, receive, type SpanDemand } from '../../src/threads/index.js';

/** A service whose cache hands all it delivers to the cache of another. */
function startPair(options: { from?: SpanCacheOptions; to?: SpanCacheOptions } = {}): { from: Service; to: Service } {
  const from = startService(options.from);
  const to = startService(options.to);
  from.cache.subscribe((batch) => receive(to.cache, batch), { orphans: true });
  return { from, to };
}

describe('receive(cache, )', () => {
  it('delivers the spans of another cache, log events included', () => {
    const { from, to } = startPair();
    const store = to.cache.store();
    const span = from.start('there');
    from.log(span, 'a line');
    span.end();

    from.cache.flush();
    const [received] = store.getFinishedSpans();

    expect(received!.name).to.equal('there');
    expect(received!.events.map(({ name }) => name)).to.deep.equal(['a line']);
    expect(to.cache.stats().spans).to.include({ received: 1, delivered: 1 });
    expect(to.cache.stats().events.received).to.equal(0);
  });

  it('delivers spans in the order they arrived, among its own', () => {
    const { from, to } = startPair();
    const store = to.cache.store();

    to.start('own').end();
    from.start('received').end();
    from.cache.flush();
    to.start('own again').end();

    expect(names(store.getFinishedSpans())).to.deep.equal(['own', 'received', 'own again']);
  });

  it('delivers orphans at once, to subscribers that request them', () => {
    const { from, to } = startPair();
    const wants = to.cache.subscribe({ orphans: true });
    const doesNot = to.cache.subscribe();

    from.logger.emit({ body: 'outside' });
    from.cache.flush();

    expect(wants.take()!.orphans.map(({ body, reason }) => [body, reason])).to.deep.equal([['outside', 'no_span']]);
    expect(doesNot.take()).to.equal(undefined);
    expect(to.cache.stats().events).to.deep.include({ received: 1, queued: 0 });
    expect(to.cache.stats().events.orphaned.no_span).to.equal(1);
  });

  it('delivers orphans that arrive during a delivery after it', async () => {
    const { cache, start } = startService();
    const order: string[] = [];
    const orphan = { reason: 'late', body: 'x' } as OrphanEvent;
    cache.subscribe(({ spans }) => {
      if (spans.length > 0) receive(cache, { orphans: [orphan] });
    });
    const told = ({ spans, orphans }: SpanBatch) => order.push(`${spans.length} spans, ${orphans.length} orphans`);
    cache.subscribe(told, { orphans: true });

    start('own').end();
    cache.flush();
    await Promise.resolve();

    expect(order).to.deep.equal(['1 spans, 0 orphans', '0 spans, 1 orphans']);
  });

  it('replaces a span in a store when its amendment arrives, and exports it once', async () => {
    const { from, to } = startPair({ from: { lateEvents: 'amend' } });
    const store = to.cache.store();
    const exporter = new InMemorySpanExporter();
    to.cache.addExporter(exporter);
    const span = from.start('there');
    span.end();
    from.cache.flush();

    from.log(span, 'late');
    from.cache.flush();
    await to.cache.forceFlush();

    expect(store.getFinishedSpans().map(({ revision }) => revision)).to.deep.equal([1]);
    expect(exporter.getFinishedSpans()).to.have.length(1);
    expect(to.cache.stats().spans).to.include({ received: 2, delivered: 2, amended: 1 });
  });

  it('treats an amendment neither as a duplicate nor, when an event is parked for it, as a first delivery', () => {
    const { from, to } = startPair({ from: { lateEvents: 'amend' } });
    const got = to.cache.subscribe();
    // From now on the cache looks out for spans that come twice.
    to.start('by the processor').end();
    to.cache.exporter.export([from.start('by the exporter') as never], () => {});
    const span = from.start('there');
    span.end();
    from.cache.flush();
    to.log(span, 'here, too');
    from.log(span, 'late');
    from.cache.flush();
    to.cache.flush();

    const revisions = got
      .take()!
      .spans.filter(({ name }) => name === 'there')
      .map(({ revision }) => revision ?? 0);

    expect(revisions).to.deep.equal([0, 1]);
    expect(to.cache.stats().spans.dropped.duplicate).to.equal(0);
  });

  it('keeps the revision of an amendment that receives an event here', () => {
    const { cache, start, log } = startService();
    const got = cache.subscribe();
    const span = start('there');
    log(span, 'parked here');
    cache.flush();

    receive(cache, { spans: [Object.assign(Object.create(span as object) as object, { revision: 3 }) as never] });
    cache.flush();

    const [amended] = got.take()!.spans;
    expect(amended).to.have.property('revision', 3);
    expect(amended!.events.map(({ name }) => name)).to.deep.equal(['parked here']);
  });

  it('counts items lost on the way as received and dropped', () => {
    const { cache } = startService();
    cache.store();

    receive(cache, { dropped: 5, droppedOrphans: 3 });

    const { spans, events } = cache.stats();
    expect([spans.received, spans.dropped.relay]).to.deep.equal([5, 5]);
    expect([events.received, events.dropped.relay]).to.deep.equal([3, 3]);
  });

  it('reads the losses of a slow subscriber of the other cache from its batches', () => {
    const from = startService();
    const { cache } = startService();
    cache.store();
    const slow = from.cache.subscribe({ capacity: 2 });
    for (let i = 0; i < 5; i++) {
      from.start(`span ${i}`).end();
      from.cache.flush();
    }

    for (let batch: SpanBatch | undefined; (batch = slow.take()) !== undefined;) receive(cache, batch);
    cache.flush();

    expect(cache.stats().spans).to.deep.include({ received: 5, delivered: 2 });
    expect(cache.stats().spans.dropped.relay).to.equal(3);
  });

  it('makes room in a full queue', () => {
    const { from, to } = startPair({ to: { queueCapacity: 10 } });
    const store = to.cache.store();

    for (let i = 0; i < 100; i++) from.start('span').end();
    from.cache.flush();

    expect(store.getFinishedSpans()).to.have.length(100);
    expect(to.cache.stats().spans.dropped.queue_full).to.equal(0);
  });

  it('counts items that arrive while nobody is subscribed, and after shutdown', async () => {
    const { from, to } = startPair();
    from.start('a').end();
    from.logger.emit({ body: 'b' });
    from.cache.flush();
    await to.cache.shutdown();
    from.start('c').end();
    from.logger.emit({ body: 'd' });
    from.cache.flush();

    const { spans, events } = to.cache.stats();

    expect(spans.dropped).to.include({ no_subscriber: 1, shutdown: 1 });
    expect(events.dropped).to.include({ no_subscriber: 1, shutdown: 1 });
  });

  it('does not throw for a value that is not a batch, and counts items that are not spans or orphans', () => {
    const { cache } = startService();
    cache.store();

    for (const wrong of [undefined, null, 1, { dropped: -1 }, { dropped: 0.5 }, { spans: 7 }]) {
      expect(() => receive(cache, wrong as never)).to.not.throw();
    }
    receive(cache, {
      spans: [undefined, { name: 'no ids' }] as never,
      orphans: [undefined, { reason: 'bored' }] as never,
    });
    cache.flush();

    const { spans, events } = cache.stats();
    expect([spans.received, spans.dropped.invalid]).to.deep.equal([2, 2]);
    expect([events.received, events.dropped.invalid]).to.deep.equal([2, 2]);
  });

  it('drops unsampled spans with unsampledSpans: false', () => {
    const to = startService({ unsampledSpans: false });
    const store = to.cache.store();
    const recordOnly = { shouldSample: () => ({ decision: SamplingDecision.RECORD }), toString: () => 'record only' };
    const from = startService({}, { sampler: recordOnly });
    from.cache.subscribe((batch) => receive(to.cache, batch));

    from.start('unsampled').end();
    from.cache.flush();

    expect(store.getFinishedSpans()).to.deep.equal([]);
    expect(to.cache.stats().spans.dropped.unsampled).to.equal(1);
  });
});

describe('onDemand(cache, )', () => {
  it('reports the demand of subscribers, now and at each change', () => {
    const { cache } = startService();
    const told: SpanDemand[] = [];
    onDemand(cache, (demand) => told.push(demand));

    const spansOnly = cache.subscribe();
    const all = cache.subscribe({ orphans: true });
    cache.store();
    all.close();
    spansOnly.close();

    expect(told).to.deep.equal([
      { spans: false, orphans: false },
      { spans: true, orphans: false },
      { spans: true, orphans: true },
      { spans: true, orphans: false },
    ]);
  });

  it('reports no demand after shutdown', async () => {
    const { cache } = startService();
    cache.store();
    const told: boolean[] = [];
    onDemand(cache, ({ spans }) => told.push(spans));

    await cache.shutdown();

    expect(told).to.deep.equal([true, false]);
  });

  it('rejects a value that is not a cache, and a listener that is not a function', () => {
    const { cache } = startService();

    for (const value of [undefined, null, {}, { receive() {} }] as never[]) {
      expect(() => receive(value, {})).to.throw(TypeError, 'cache must be a SpanCache of this version, got');
      expect(() => onDemand(value, () => {})).to.throw(TypeError, 'cache must be a SpanCache of this version, got');
    }
    expect(() => onDemand(cache, 7 as never)).to.throw(TypeError, 'listener must be a function, got 7 (number)');
  });

  it('reports nothing once closed, and tolerates a listener that throws', () => {
    const { cache } = startService();
    const told: boolean[] = [];
    onDemand(cache, () => {
      throw new Error('broken listener');
    });
    const listening = onDemand(cache, ({ spans }) => told.push(spans));

    const subscription = cache.subscribe();
    listening.close();
    subscription.close();

    expect(told).to.deep.equal([false, true]);
    expect(listening.closed).to.equal(true);
  });
});
