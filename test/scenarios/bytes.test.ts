import { ROOT_CONTEXT, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import type { OrphanEvent, SpanCacheOptions } from '../../src/index.js';
import { eventNames, eventually, names, startService, total, type Service } from './service.js';

const KILOBYTES = 'x'.repeat(10_000);

interface Watched extends Service {
  readonly spans: string[];
  readonly orphans: OrphanEvent[];
  large(name: string): Span;
}

/** A service whose cache has room for about five items of 10,000 bytes. */
function start(options: SpanCacheOptions = {}): Watched {
  const service = startService({ maxParkedBytes: 60_000, ...options });
  const spans: string[] = [];
  const orphans: OrphanEvent[] = [];
  service.cache.subscribe(
    (batch) => {
      spans.push(
        ...batch.spans.map((span) =>
          `${span.name} ${eventNames(span)
            .map((name) => name.slice(0, 10))
            .join(', ')}`.trim(),
        ),
      );
      orphans.push(...batch.orphans);
    },
    { orphans: true },
  );
  const large = (name: string) => service.tracer.startSpan(name, { attributes: { text: KILOBYTES } }, ROOT_CONTEXT);
  return { ...service, spans, orphans, large };
}

function check({ cache }: Service): void {
  const { spans, events, parkedBytes } = cache.stats();
  expect(parkedBytes).to.be.within(0, 60_000);
  expect(spans.queued + spans.held + spans.delivered + total(spans.dropped)).to.equal(spans.received);
  expect(
    events.queued + events.parked + events.held + events.merged + total(events.orphaned) + total(events.dropped),
  ).to.equal(events.received);
}

/** Waits until the driver has moved the queued items by itself. */
async function moved({ cache }: Service): Promise<void> {
  await eventually(() => cache.stats().spans.queued + cache.stats().events.queued === 0);
  await new Promise(setImmediate);
}

describe('maxParkedBytes', () => {
  describe('reached by parked events', () => {
    it('evicts all events of the spans that have waited longest', () => {
      const service = start();
      const { cache, orphans, log } = service;
      const open = Array.from({ length: 8 }, (_, i) => service.start(String(i)));
      for (const [i, span] of open.entries()) {
        log(span, `${i}`);
        log(span, KILOBYTES + i);
        cache.flush();
        check(service);
      }

      expect(orphans.map(({ name, reason }) => [name.at(-1), reason])).to.deep.equal(
        ['0', '0', '1', '1', '2', '2'].map((name) => [name, 'evicted_bytes']),
      );
      expect(cache.stats().events.orphaned.evicted_bytes).to.equal(6);
      expect(cache.stats().events.orphaned.evicted).to.equal(0);
    });

    it('counts orphans without a subscriber for them', () => {
      const service = startService({ maxParkedBytes: 60_000 });
      service.cache.subscribe();
      for (let i = 0; i < 8; i++) service.log(service.start('open'), KILOBYTES);

      service.cache.flush();

      check(service);
      expect(service.cache.stats().events.orphaned.evicted_bytes).to.equal(3);
    });

    it('excludes events replaced by newer events of the same span from the sum', () => {
      const service = start({ maxEventsPerSpan: 2 });
      const span = service.start('busy');
      for (let i = 0; i < 100; i++) service.log(span, KILOBYTES + i);
      service.cache.flush();
      const { parkedBytes } = service.cache.stats();

      span.end();
      service.cache.flush();

      expect(parkedBytes).to.be.within(20_000, 21_000);
      expect(service.spans).to.deep.equal(['busy xxxxxxxxxx, xxxxxxxxxx']);
      expect(service.orphans).to.deep.equal([]);
      expect(service.cache.stats().parkedBytes).to.equal(0);
    });

    it('evicts many thousand events in batches', () => {
      const service = start();
      const sizes: number[] = [];
      service.cache.subscribe(({ orphans }) => void sizes.push(orphans.length), { orphans: true });
      for (let i = 0; i < 3_000; i++) service.log(service.start('open'), 'small');

      service.cache.flush();

      check(service);
      expect(Math.max(...sizes)).to.be.at.most(256);
      expect(service.orphans.length + service.cache.stats().events.parked).to.equal(3_000);
    });
  });

  it('smaller than one event evicts that event, and no other', () => {
    const service = start();
    const { cache, log, orphans, spans } = service;
    const [first, second] = [service.start('first'), service.start('second')];
    log(first, 'small');
    log(first, 'y'.repeat(100_000));
    log(second, 'z'.repeat(100_000));
    cache.flush();
    check(service);
    first.end();
    cache.flush();

    expect(orphans.map(({ name, reason }) => [name[0], reason])).to.deep.equal([
      ['y', 'evicted_bytes'],
      ['z', 'evicted_bytes'],
    ]);
    expect(spans).to.deep.equal(['first small']);
  });

  describe('reached by held spans', () => {
    const HOLD = { lateEvents: { holdMillis: 60_000 } };

    it('delivers the spans held longest early', async () => {
      const service = start(HOLD);
      for (let i = 0; i < 8; i++) service.large(String(i)).end();

      await moved(service);

      check(service);
      expect(service.spans).to.deep.equal(['0', '1', '2']);
      expect(service.cache.stats().spans).to.deep.include({ held: 5, early: { evicted: 0, evicted_bytes: 3 } });
    });

    it('evicts parked events and held spans in the order in which they began to wait', async () => {
      const service = start(HOLD);
      const { log } = service;
      log(service.start('open'), KILOBYTES);
      await moved(service);
      service.large('held').end();
      await moved(service);
      log(service.start('open'), KILOBYTES);
      await moved(service);

      const order: string[] = [];
      service.cache.subscribe(
        ({ spans, orphans }) => void order.push(...names(spans), ...orphans.map(({ reason }) => reason)),
        { orphans: true },
      );
      for (let i = 0; i < 5; i++) {
        service.large(`later ${i}`).end();
        await moved(service);
      }

      check(service);
      expect(order).to.deep.equal(['evicted_bytes', 'held', 'evicted_bytes']);
    });

    it('does not hold a span larger than the bound, and evicts no others for it', async () => {
      const service = start(HOLD);
      service.large('small').end();
      await moved(service);
      service.tracer.startSpan('huge', { attributes: { text: 'x'.repeat(100_000) } }, ROOT_CONTEXT).end();

      await moved(service);

      check(service);
      expect(service.spans).to.deep.equal(['huge']);
      expect(service.cache.stats().spans.held).to.equal(1);
    });

    it('counts spans evicted at maxParkedSpans separately', async () => {
      const service = start({ ...HOLD, maxParkedSpans: 2 });
      for (let i = 0; i < 3; i++) service.start('small').end();

      await moved(service);

      expect(service.cache.stats().spans.early).to.deep.equal({ evicted: 1, evicted_bytes: 0 });
    });
  });

  describe('reached by amendable spans', () => {
    const AMEND: SpanCacheOptions = { lateEvents: 'amend' };

    it('forgets the spans delivered longest ago: their events are late', () => {
      const service = start(AMEND);
      const { cache, log } = service;
      const ended = Array.from({ length: 8 }, (_, i) => service.large(String(i)));
      for (const span of ended) span.end();
      cache.flush();
      check(service);

      for (const span of ended) log(span, 'late');
      cache.flush();

      check(service);
      expect(service.spans.slice(8)).to.deep.equal(['3 late', '4 late', '5 late', '6 late', '7 late']);
      expect(service.orphans.map(({ reason }) => reason)).to.deep.equal(['late', 'late', 'late']);
      expect(cache.stats().spans).to.deep.include({ amended: 5, unamendable: 3 });
    });

    it('counts the bytes that amendments add', () => {
      const service = start(AMEND);
      const span = service.start('busy');
      span.end();
      service.cache.flush();
      const before = service.cache.stats().parkedBytes;
      service.log(span, KILOBYTES);
      service.cache.flush();

      expect(service.cache.stats().parkedBytes - before).to.be.within(10_000, 10_500);
      for (let i = 0; i < 10; i++) {
        service.log(span, KILOBYTES);
        service.cache.flush();
        check(service);
      }
      expect(service.cache.stats().spans.unamendable).to.equal(1);
    });

    it('counts only the current events of a span that is amended repeatedly', () => {
      const service = start({ ...AMEND, maxEventsPerSpan: 2 });
      const span = service.start('busy');
      span.end();
      for (let i = 0; i < 20; i++) {
        service.cache.flush();
        service.log(span, KILOBYTES + i);
      }
      service.cache.flush();

      check(service);
      expect(service.cache.stats().parkedBytes).to.be.within(20_000, 22_000);
      expect(service.cache.stats().spans).to.deep.include({ amended: 20, unamendable: 0 });
    });

    it('evicts a span that has grown larger than the bound, and no other', () => {
      const service = start(AMEND);
      const { cache, log } = service;
      const [other, busy] = [service.start('other'), service.start('busy')];
      other.end();
      busy.end();
      cache.flush();
      for (let i = 0; i < 7; i++) log(busy, KILOBYTES + i);
      cache.flush();
      check(service);

      for (const span of [other, busy]) log(span, 'late');
      cache.flush();

      expect(service.spans.at(-1)).to.equal('other late');
      expect(service.orphans.map(({ reason }) => reason)).to.deep.equal(['late']);
      expect(cache.stats().spans.unamendable).to.equal(1);
    });

    it('amends a span once more with its current events before it is forgotten', () => {
      const service = start({ ...AMEND, queueCapacity: 10_000 });
      const span = service.large('first');
      span.end();
      service.cache.flush();
      service.log(span, 'late');
      for (let i = 0; i < 600; i++) service.large('more').end();

      service.cache.flush();

      check(service);
      expect(service.spans.filter((name) => name.startsWith('first'))).to.deep.equal(['first', 'first late']);
    });

    it('counts a span once when its last events make it larger than the bound', () => {
      const service = start(AMEND);
      const { cache, log } = service;
      const span = service.large('first');
      span.end();
      cache.flush();
      for (let i = 0; i < 6; i++) log(span, KILOBYTES + i);
      for (let i = 0; i < 5; i++) service.large('more').end();

      cache.flush();

      check(service);
      expect(cache.stats().spans).to.deep.include({ amended: 1, unamendable: 1 });
    });

    it('still recognises a duplicate of a span that is no longer amendable', () => {
      const service = start(AMEND);
      const { cache } = service;
      expect(cache.exporter).to.be.an('object');
      const ended = Array.from({ length: 8 }, (_, i) => service.large(String(i)));
      for (const span of ended) span.end();
      cache.flush();

      cache.exporter.export(ended as never, () => {});
      cache.flush();

      expect(cache.stats().spans.dropped.duplicate).to.equal(8);
    });

    it('is released without subscribers, and at shutdown', async () => {
      for (const end of [
        ({ cache, start: startSpan }: Service, close: () => void) => {
          close();
          startSpan('unheard').end();
          cache.flush();
        },
        ({ cache }: Service) => cache.shutdown(),
      ]) {
        const service = startService(AMEND);
        const subscription = service.cache.subscribe();
        service.start('a').end();
        service.cache.flush();
        expect(service.cache.stats().parkedBytes).to.be.above(0);

        await end(service, () => subscription.close());

        expect(service.cache.stats().parkedBytes).to.equal(0);
      }
    });
  });
});
