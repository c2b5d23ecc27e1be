import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import type { DeliveredSpan } from '../../src/index.js';
import { InMemorySpanExporter } from '../sdk.js';
import { eventNames, eventually, names, startService } from './service.js';

const realSetTimeout = setTimeout;

/** Turns enough for the driver to move a few spans, however busy the machine is; its own timers are never fake. */
async function turns(): Promise<void> {
  for (let i = 0; i < 10; i++) {
    await new Promise((resolve) => realSetTimeout(resolve, 2));
    await new Promise(setImmediate);
  }
}

const revisions = (spans: readonly DeliveredSpan[]) => spans.map(({ revision }) => revision ?? 0);

describe('With lateEvents: { holdMillis }', () => {
  let clock: sinon.SinonFakeTimers;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });

  afterEach(() => clock.restore());

  it('an ended span waits for stragglers, and is delivered when its hold is over', async () => {
    const { cache, start, log } = startService({ lateEvents: { holdMillis: 1_000 } });
    const subscription = cache.subscribe();
    const span = start('job');
    log(span, 'before');
    span.end();
    await eventually(() => cache.stats().spans.held === 1);
    const held = cache.stats();

    log(span, 'after');
    await turns();
    clock.tick(750);
    await turns();
    const early = subscription.take();
    clock.tick(500);
    await eventually(() => cache.stats().spans.delivered === 1);

    expect(held.spans).to.include({ held: 1, delivered: 0, queued: 0 });
    expect(held.events).to.include({ held: 1, parked: 0 });
    expect(early).to.equal(undefined);
    expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([['before', 'after']]);
    expect(cache.stats().spans).to.include({ held: 0, delivered: 1 });
    expect(cache.stats().events).to.include({ held: 0, merged: 2 });
  });

  it('the limit of events per span holds for stragglers too', async () => {
    const { cache, start, log } = startService({
      lateEvents: { holdMillis: 1_000 },
      maxEventsPerSpan: 2,
    });
    const subscription = cache.subscribe();
    const span = start('job');
    log(span, 'a');
    span.end();
    await eventually(() => cache.stats().spans.held === 1);

    for (const body of ['b', 'c']) log(span, body);
    cache.flush();

    const [delivered] = subscription.take()!.spans;
    expect(eventNames(delivered)).to.deep.equal(['b', 'c']);
    expect(delivered!.droppedEventsCount).to.equal(1);
  });

  it('an event that arrives after that is an orphan late', async () => {
    const { cache, start, log } = startService({ lateEvents: { holdMillis: 1_000 } });
    const subscription = cache.subscribe({ orphans: true });
    const span = start('job');
    span.end();
    cache.flush();

    log(span, 'too late');
    cache.flush();

    expect(subscription.take()!.orphans[0]).to.include({ reason: 'late' });
  });

  it('flush() delivers all held spans', async () => {
    const { cache, start } = startService({ lateEvents: { holdMillis: 1_000 } });
    const subscription = cache.subscribe();
    for (let i = 0; i < 600; i++) start(String(i)).end();
    await eventually(() => cache.stats().spans.held === 600);

    cache.flush();

    expect(subscription.take()!.spans).to.have.length(600);
  });

  it('shutdown() delivers all held spans, at the pace of the exporters', async () => {
    const { cache, start } = startService({ lateEvents: { holdMillis: 1_000 } });
    const exporter = new InMemorySpanExporter();
    sinon.stub(exporter, 'shutdown').resolves();
    clock.restore();
    cache.addExporter(exporter, { maxQueueSize: 256 });
    for (let i = 0; i < 1_000; i++) start(String(i)).end();
    await eventually(() => cache.stats().spans.held === 1000);

    await cache.shutdown();

    expect(exporter.getFinishedSpans()).to.have.length(1_000);
  });

  it('the oldest held span goes early when maxParkedSpans are held', async () => {
    const { cache, start } = startService({ lateEvents: { holdMillis: 1_000 }, maxParkedSpans: 2 });
    const subscription = cache.subscribe();
    for (const name of ['a', 'b', 'c']) start(name).end();

    await eventually(() => cache.stats().spans.delivered === 1);

    expect(names(subscription.take()!.spans)).to.deep.equal(['a']);
    expect(cache.stats().spans.held).to.equal(2);
  });

  it('all due spans of a batch are delivered, however many', async () => {
    const { cache, start } = startService({ lateEvents: { holdMillis: 1_000 } });
    const subscription = cache.subscribe();
    for (let i = 0; i < 1_000; i++) start(String(i)).end();
    await eventually(() => cache.stats().spans.held === 1_000);

    clock.tick(1_250);
    await eventually(() => cache.stats().spans.held === 0);

    expect(subscription.take()!.spans).to.have.length(1_000);
  });

  it('spans of a completely ended trace are held as long as others', async () => {
    const { cache, tracer } = startService({ lateEvents: { holdMillis: 1_000 }, trackOpenSpans: true });
    const subscription = cache.subscribe();
    const root = tracer.startSpan('root', {}, ROOT_CONTEXT);
    tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, root)).end();
    root.end();
    await turns();
    const early = subscription.take();

    clock.tick(1_250);
    await eventually(() => cache.stats().spans.delivered === 2);

    expect(early).to.equal(undefined);
    expect(names(subscription.take()!.spans)).to.deep.equal(['child', 'root']);
  });

  it('no empty batch is delivered while spans are held', async () => {
    const { cache, start } = startService({ lateEvents: { holdMillis: 1_000 } });
    const sizes: number[] = [];
    cache.subscribe(({ spans }) => sizes.push(spans.length));

    start('job').end();
    await eventually(() => cache.stats().spans.held === 1);
    cache.flush();

    expect(sizes).to.deep.equal([1]);
  });

  it('a held span that is due just when the last subscriber leaves was delivered to nobody', async () => {
    const { cache, start } = startService({ lateEvents: { holdMillis: 1_000 } });
    const subscription = cache.subscribe();
    start('job').end();
    await eventually(() => cache.stats().spans.held === 1);

    subscription.close();
    clock.tick(2_000);
    await eventually(() => cache.stats().spans.held === 0);

    expect(cache.stats().spans).to.include({ delivered: 0 });
    expect(cache.stats().spans.dropped.no_subscriber).to.equal(1);
  });

  it('held spans are delivered even after a fake clock was removed', async () => {
    const { cache, start } = startService({ lateEvents: { holdMillis: 1 } });
    cache.subscribe();
    start('under the fake clock').end();
    await eventually(() => cache.stats().spans.held === 1);
    clock.restore();

    for (let i = 0; i < 100 && cache.stats().spans.delivered < 2; i++) {
      start('after it').end();
      await turns();
    }

    expect(cache.stats().spans.delivered).to.be.at.least(2);
  });

  it('held spans are dropped and counted when the last subscriber leaves', async () => {
    const { cache, start, log } = startService({ lateEvents: { holdMillis: 1_000 } });
    const subscription = cache.subscribe();
    const span = start('job');
    log(span, 'x');
    span.end();
    await eventually(() => cache.stats().spans.held === 1);

    subscription.close();
    await eventually(() => cache.stats().spans.held === 0);

    expect(cache.stats().spans).to.include({ held: 0 });
    expect(cache.stats().spans.dropped.no_subscriber).to.equal(1);
    expect(cache.stats().events.dropped.no_subscriber).to.equal(1);
  });
});

describe("With lateEvents: 'amend'", () => {
  it('the span is delivered again with the event, its revision one higher', () => {
    const { cache, start, log } = startService({ lateEvents: 'amend' });
    const subscription = cache.subscribe();
    const span = start('job');
    log(span, 'before');
    span.end();
    cache.flush();
    const first = subscription.take()!.spans;

    log(span, 'after');
    cache.flush();
    const second = subscription.take()!.spans;
    log(span, 'long after');
    cache.flush();
    const third = subscription.take()!.spans;

    expect([...first, ...second, ...third].map(eventNames)).to.deep.equal([
      ['before'],
      ['before', 'after'],
      ['before', 'after', 'long after'],
    ]);
    expect(revisions([...first, ...second, ...third])).to.deep.equal([0, 1, 2]);
    expect(cache.stats().spans).to.include({ received: 1, delivered: 1, amended: 2 });
    expect(cache.stats().events).to.include({ received: 3, merged: 3, held: 0 });
  });

  it('a span that was delivered without events is amended too', () => {
    const { cache, start, log } = startService({ lateEvents: 'amend' });
    const subscription = cache.subscribe();
    const span = start('job');
    span.addEvent('own');
    span.end();
    cache.flush();
    subscription.take();

    log(span, 'after');
    cache.flush();

    const [amended] = subscription.take()!.spans;
    expect(eventNames(amended)).to.deep.equal(['own', 'after']);
    expect(eventNames(span as never)).to.deep.equal(['own']);
  });

  it('several late events make one amendment', () => {
    const { cache, start, log } = startService({ lateEvents: 'amend' });
    const subscription = cache.subscribe();
    const span = start('job');
    span.end();
    cache.flush();
    subscription.take();

    for (let i = 0; i < 600; i++) log(span, String(i));
    cache.flush();

    const { spans } = subscription.take()!;
    expect(revisions(spans)).to.deep.equal([1]);
    expect(spans[0]!.events).to.have.length(128);
    expect(spans[0]!.droppedEventsCount).to.equal(472);
    expect(cache.stats().events.dropped.event_limit).to.equal(472);
  });

  it('the newest maxEventsPerSpan log events stay on the span over all revisions', () => {
    const { cache, start, log } = startService({ lateEvents: 'amend', maxEventsPerSpan: 3 });
    const subscription = cache.subscribe();
    const span = start('job');
    span.addEvent('own');
    for (const body of ['a', 'b']) log(span, body);
    span.end();
    cache.flush();

    for (const body of ['c', 'd']) log(span, body);
    cache.flush();

    const [, amended] = subscription.take()!.spans;
    expect(eventNames(amended)).to.deep.equal(['own', 'b', 'c', 'd']);
    expect(amended!.droppedEventsCount).to.equal(1);
  });

  it('happens by itself, without flush()', async () => {
    const { cache, start, log } = startService({ lateEvents: 'amend' });
    const subscription = cache.subscribe();
    const span = start('job');
    span.end();
    await turns();

    log(span, 'after');
    await turns();

    expect(revisions(subscription.take()!.spans)).to.deep.equal([0, 1]);
  });

  it('an event is an orphan, late, if its span was dropped because nobody was subscribed', () => {
    const { cache, start, log } = startService({ lateEvents: 'amend' });
    const first = cache.subscribe();
    const span = start('job');
    span.end();
    cache.flush();
    first.close();
    cache.flush();
    const second = cache.subscribe({ orphans: true });

    log(span, 'after');
    cache.flush();

    expect(second.take()!.orphans.map(({ reason }) => reason)).to.deep.equal(['late']);
    expect(cache.stats().events.parked).to.equal(0);
  });

  it('a store keeps the latest revision in the place of the earlier one', () => {
    const { cache, start, log } = startService({ lateEvents: 'amend' });
    const store = cache.store();
    const [one, two] = [start('one'), start('two')];
    one.end();
    two.end();
    store.getFinishedSpans();

    log(one, 'after');

    const spans = store.getFinishedSpans();
    expect(names(spans)).to.deep.equal(['one', 'two']);
    expect(eventNames(spans[0])).to.deep.equal(['after']);
  });

  it('a store ignores an amendment of a span that it has evicted', () => {
    const { cache, start, log } = startService({ lateEvents: 'amend' });
    const small = cache.store({ capacity: 1 });
    const reset = cache.store();
    const [one, two] = [start('one'), start('two')];
    one.end();
    two.end();
    cache.flush();
    reset.reset();

    log(one, 'after');

    expect(names(small.getFinishedSpans())).to.deep.equal(['two']);
    expect(reset.getFinishedSpans()).to.deep.equal([]);
  });

  it('an exporter receives each span once, as first delivered', async () => {
    const { cache, start, log } = startService({ lateEvents: 'amend' });
    const exporter = new InMemorySpanExporter();
    cache.addExporter(exporter);
    const span = start('job');
    span.end();
    await cache.forceFlush();

    log(span, 'after');
    await cache.forceFlush();

    expect(exporter.getFinishedSpans().map(eventNames)).to.deep.equal([[]]);
    expect(cache.stats().spans.amended).to.equal(1);
  });

  it('an event whose span can no longer be amended is an orphan, late', () => {
    const { cache, start, log } = startService({ lateEvents: 'amend' });
    cache.subscribe(() => {});
    const span = start('job');
    span.end();
    cache.flush();
    for (let i = 0; i < 20_000; i++) start('other').end();
    cache.flush();

    log(span, 'after');
    cache.flush();

    expect(cache.stats().spans.amended).to.equal(0);
    expect(cache.stats().events).to.include({ parked: 0 });
    expect(cache.stats().events.orphaned.late).to.equal(1);
  });
});

describe('Late events of malformed spans', () => {
  /** The span with events that can be read so often, then throw. */
  function readableEvents(span: object, times: number): object {
    let reads = 0;
    return Object.create(span, {
      events: {
        get() {
          if (++reads > times) throw new Error('no events today');
          return [];
        },
      },
    });
  }

  it('with amend, unreadable events cost the late event, not the application', () => {
    const { cache, start, logger } = startService({ lateEvents: 'amend' });
    const subscription = cache.subscribe();
    const span = start('job');
    cache.spanProcessor.onEnd(readableEvents(span, 0) as never);
    cache.flush();

    logger.emit({ body: 'after', context: trace.setSpanContext(ROOT_CONTEXT, span.spanContext()) });
    expect(() => cache.flush()).not.to.throw();

    expect(subscription.take()!.spans).to.have.length(1);
    expect(cache.stats().events).to.include({ received: 1, held: 0, merged: 0 });
    expect(cache.stats().events.dropped.invalid).to.equal(1);
  });

  it('with a hold, events that become unreadable cost the span, not the application', () => {
    const { cache, start, log } = startService({ lateEvents: { holdMillis: 10_000 } });
    cache.subscribe();
    const span = start('job');
    log(span, 'before');
    cache.spanProcessor.onEnd(readableEvents(span, 1) as never);

    expect(() => cache.flush()).not.to.throw();

    expect(cache.stats().spans).to.include({ held: 0, delivered: 0 });
    expect(cache.stats().spans.dropped.invalid).to.equal(1);
    expect(cache.stats().events.dropped.invalid).to.equal(1);
  });

  it('with a hold, a span with the ids of a held one releases the held one', async () => {
    const { cache, start } = startService({ lateEvents: { holdMillis: 10_000 } });
    const subscription = cache.subscribe();
    const span = start('job');
    const again = Object.create(span) as never;

    cache.spanProcessor.onEnd(span as never);
    cache.spanProcessor.onEnd(again);
    await eventually(() => cache.stats().spans.held === 1);

    expect(subscription.take()!.spans).to.deep.equal([span]);
    expect(cache.stats().spans).to.include({ received: 2, delivered: 1, held: 1 });
  });

  it('with amend, spans whose late events are all duplicates do not end the flush', async () => {
    const { cache, start, logger } = startService({ lateEvents: 'amend' });
    cache.subscribe(() => {});
    const attributes = { 'exception.type': 'Error', 'exception.message': 'broken' };
    const spans = Array.from({ length: 300 }, () => start('job'));
    for (const span of spans) {
      span.recordException(new Error('broken'));
      span.end();
    }
    cache.flush();

    for (const span of spans) {
      const context = trace.setSpan(ROOT_CONTEXT, span);
      logger.emit({ eventName: 'exception', attributes, context });
    }
    cache.flush();

    expect(cache.stats().events).to.include({ held: 0 });
    expect(cache.stats().events.dropped.duplicate).to.equal(300);
    expect(cache.stats().spans.amended).to.equal(0);
  });

  it('with amend, amendments come in the order of their first late event', () => {
    const { cache, start, log } = startService({ lateEvents: 'amend' });
    const subscription = cache.subscribe();
    const spans = ['a', 'b', 'c'].map((name) => start(name));
    for (const span of spans) span.end();
    cache.flush();
    subscription.take();

    for (const span of spans) log(span, 'after');
    cache.flush();

    expect(names(subscription.take()!.spans)).to.deep.equal(['a', 'b', 'c']);
  });
});

describe('Parked events', () => {
  let clock: sinon.SinonFakeTimers;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  });

  afterEach(() => clock.restore());

  it('become orphans expired after maxParkedMillis, five minutes by default', async () => {
    const { cache, start, log } = startService();
    const subscription = cache.subscribe({ orphans: true });
    log(start('never ends'), 'x');
    await turns();

    clock.tick(240_000);
    await turns();
    const before = subscription.take();
    clock.tick(120_000);
    await turns();

    expect(before).to.equal(undefined);
    expect(subscription.take()!.orphans[0]).to.include({ name: 'x', reason: 'expired' });
    expect(cache.stats().events).to.include({ parked: 0 });
    expect(cache.stats().events.orphaned.expired).to.equal(1);
  });

  it('expire span by span, each at its own age', async () => {
    const { cache, start, log } = startService({ maxParkedMillis: 1_000 });
    cache.subscribe();
    log(start('old'), 'x');
    await turns();
    clock.tick(600);
    await turns();
    log(start('young'), 'x');
    await turns();

    clock.tick(650);
    await turns();

    expect(cache.stats().events.orphaned.expired).to.equal(1);
    expect(cache.stats().parkedSpans).to.equal(1);
  });

  it('wait for ever with Infinity', async () => {
    const { cache, start, log } = startService({ maxParkedMillis: Infinity });
    cache.subscribe();
    log(start('never ends'), 'x');
    await turns();

    clock.tick(2 ** 31);
    await turns();

    expect(cache.stats().events.parked).to.equal(1);
  });

  it('do not expire because the wall clock jumps', async () => {
    const { cache, start, log } = startService({ maxParkedMillis: 1_000 });
    cache.subscribe();
    log(start('job'), 'x');
    await turns();

    clock.setSystemTime(Date.now() + 86_400_000);
    clock.tick(500);
    await turns();

    expect(cache.stats().events.parked).to.equal(1);
  });

  it('of a span that has ended, but is still queued, do not expire', async () => {
    const { cache, start, log } = startService({ maxParkedMillis: 1_000, trackOpenSpans: true });
    const subscription = cache.subscribe();
    const span = start('job');
    log(span, 'x');
    await eventually(() => cache.stats().events.parked === 1);

    span.end();
    clock.tick(10_000);
    await eventually(() => cache.stats().spans.delivered === 1);

    expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([['x']]);
  });

  it('expire in parts, not in one long turn', async () => {
    const { cache, start, log } = startService({ maxParkedMillis: 1_000 });
    const sizes: number[] = [];
    cache.subscribe(({ orphans }) => sizes.push(orphans.length), { orphans: true });
    for (let i = 0; i < 1_000; i++) {
      const span = start('never ends');
      log(span, 'a');
      log(span, 'b');
    }
    await eventually(() => cache.stats().events.parked === 2_000);

    clock.tick(2_000);
    await eventually(() => cache.stats().events.parked === 0);

    expect(Math.max(...sizes)).to.equal(256);
    expect(cache.stats().events.orphaned.expired).to.equal(2_000);
  });

  it('expire even while spans keep arriving', async () => {
    const { cache, start, log } = startService({ maxParkedMillis: 1_000 });
    cache.subscribe(() => {});
    log(start('never ends'), 'x');
    await eventually(() => cache.stats().events.parked === 1);
    let flooding = true;
    const flood = () => {
      for (let i = 0; i < 300; i++) start('job').end();
      if (flooding) setImmediate(flood);
    };
    flood();

    clock.tick(2_000);
    await eventually(() => cache.stats().events.parked === 0);
    flooding = false;

    expect(cache.stats().events.orphaned.expired).to.equal(1);
  });

  it('of a span known to be open never expire', async () => {
    const { cache, start, log } = startService({ maxParkedMillis: 1_000, trackOpenSpans: true });
    const subscription = cache.subscribe();
    const open = start('open');
    log(open, 'x');
    await turns();

    clock.tick(10_000);
    await turns();
    open.end();
    cache.flush();

    expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([['x']]);
  });
});
