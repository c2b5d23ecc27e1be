import { diag, ROOT_CONTEXT, trace, type Span, type SpanContext } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import type { DeliveredSpan, ReadableSpan, SpanCacheOptions } from '../../src/index.js';
import { eventNames, eventually, names, startService, total, type Service } from './service.js';
import { receive } from '../../src/threads/index.js';

/*
 * Items that cannot be read, or not twice, or that change. A faulty item is in one counter, and the others are
 * delivered as if it were not there.
 */

const POLICIES: Record<string, SpanCacheOptions> = {
  'late events are orphans': {},
  'late events amend their span': { lateEvents: 'amend' },
  'spans are held': { lateEvents: { holdMillis: 50 } },
};

/** The reports that something was released twice. */
let errors: sinon.SinonSpy;

beforeEach(() => {
  errors = sinon.spy();
  const silent = () => {};
  diag.setLogger(
    { error: errors, warn: silent, info: silent, debug: silent, verbose: silent },
    { suppressOverrideMessage: true },
  );
});

afterEach(() => {
  diag.disable();
  sinon.restore();
});

function expectCountersAddUp({ cache }: Service): void {
  const { spans, events, parkedBytes } = cache.stats();
  expect(spans.queued + spans.held + spans.delivered + total(spans.dropped), 'spans').to.equal(spans.received);
  expect(
    events.queued + events.parked + events.held + events.merged + total(events.orphaned) + total(events.dropped),
    'events',
  ).to.equal(events.received);
  expect(parkedBytes).to.be.at.least(0);
  expect(errors.args, 'errors').to.deep.equal([]);
}

function broken(): never {
  throw new Error('unreadable');
}

let ids = 0;

/** A span that is none of the SDK's, with a context of its own. */
function foreignSpan(spanContext: () => SpanContext, members: object = {}): ReadableSpan {
  return { name: 'foreign', events: [], links: [], attributes: {}, spanContext, ...members } as unknown as ReadableSpan;
}

function newContext(): SpanContext {
  const id = String(++ids);
  return { traceId: id.padStart(32, 'a'), spanId: id.padStart(16, 'b'), traceFlags: 1 };
}

/** Readable as often as it says. */
function readable(times: number): () => SpanContext {
  const spanContext = newContext();
  let left = times;
  return () => (left-- > 0 ? spanContext : broken());
}

describe('A span whose context can be read only once', () => {
  for (const [what, options] of Object.entries(POLICIES)) {
    it(`is in one counter, and its neighbours are delivered: ${what}`, () => {
      const service = startService(options);
      const { cache, start } = service;
      const subscription = cache.subscribe();
      for (let i = 0; i < 2; i++) {
        start('before').end();
        cache.spanProcessor.onEnd(foreignSpan(readable(1)));
        start('after').end();
        cache.flush();
      }

      expect(names(subscription.take()!.spans).filter((name) => name !== 'foreign')).to.deep.equal([
        'before',
        'after',
        'before',
        'after',
      ]);
      const { received, delivered, dropped } = cache.stats().spans;
      expect([received, delivered + dropped.invalid]).to.deep.equal([6, 6]);
      expectCountersAddUp(service);
    });
  }
});

describe('A span context that its owner reuses', () => {
  it('while the span is held, leaves the events of other spans on their own span', async () => {
    const service = startService({ lateEvents: { holdMillis: 10_000 } });
    const { cache, start, log } = service;
    const subscription = cache.subscribe();
    const shared = newContext() as { -readonly [K in keyof SpanContext]: SpanContext[K] };
    cache.spanProcessor.onEnd(foreignSpan(() => shared));
    cache.logRecordProcessor.onEmit({
      hrTime: [1, 0],
      body: 'of foreign',
      attributes: {},
      spanContext: shared,
    } as never);
    await eventually(() => cache.stats().spans.held === 1);
    expect(cache.stats().spans.held).to.equal(1);
    Object.assign(shared, { traceId: undefined, spanId: undefined });
    cache.flush();

    const spans = ['a', 'b', 'c', 'd'].map((name) => start(name));
    for (const span of spans) log(span, `of ${(span as unknown as ReadableSpan).name}`);
    cache.flush();
    for (const span of spans) span.end();
    cache.flush();

    const delivered = subscription.take()!.spans.filter(({ name }) => name !== 'foreign');
    expect(delivered.map((span) => [span.name, eventNames(span)])).to.deep.equal(
      ['a', 'b', 'c', 'd'].map((name) => [name, [`of ${name}`]]),
    );
    expectCountersAddUp(service);
  });

  it('does not keep the held span', async () => {
    const service = startService({ lateEvents: { holdMillis: 10_000 } });
    const { cache } = service;
    const subscription = cache.subscribe();
    const shared = newContext() as { -readonly [K in keyof SpanContext]: SpanContext[K] };
    cache.spanProcessor.onEnd(foreignSpan(() => shared));
    await eventually(() => cache.stats().spans.held === 1);
    expect(cache.stats().spans.held).to.equal(1);

    Object.assign(shared, { traceId: NaN, spanId: NaN });
    cache.flush();

    expect(names(subscription.take()!.spans)).to.deep.equal(['foreign']);
    expect(cache.stats().spans).to.deep.include({ delivered: 1, held: 0 });
    expectCountersAddUp(service);
  });
});

describe('A span that has become unreadable when its hold is over', () => {
  it('is invalid, with its events, and two spans after it do not share a bucket', () => {
    const service = startService({ lateEvents: { holdMillis: 10_000 } });
    const { cache, start, log } = service;
    const subscription = cache.subscribe();
    for (let i = 0; i < 3; i++) {
      let reads = 0;
      const foreign = foreignSpan(readable(1));
      Object.defineProperty(foreign, 'events', { get: () => (reads++ === 0 ? [] : broken()) });
      cache.spanProcessor.onEnd(foreign);
      cache.flush();
    }

    const [a, b] = [start('a'), start('b')];
    log(a, 'of a');
    log(b, 'of b');
    cache.flush();
    a.end();
    b.end();
    cache.flush();

    expect(subscription.take()!.spans.map((span) => [span.name, eventNames(span)])).to.deep.equal([
      ['a', ['of a']],
      ['b', ['of b']],
    ]);
    expect(cache.stats().spans.dropped.invalid).to.equal(3);
    expectCountersAddUp(service);
  });
});

describe('Ids that are not strings', () => {
  const IDS: Record<string, unknown> = {
    NaN: NaN,
    'a number': 7,
    undefined,
    null: null,
    'an object': {},
    'a symbol': Symbol('id'),
  };

  for (const [what, id] of Object.entries(IDS)) {
    for (const [policy, options] of Object.entries(POLICIES)) {
      it(`${what}: spans and events are invalid, and shutdown() completes: ${policy}`, async () => {
        const service = startService({ ...options, trackOpenSpans: true });
        const { cache } = service;
        cache.subscribe();
        const spanContext = { traceId: id, spanId: id, traceFlags: 1 } as unknown as SpanContext;
        const span = Object.assign(
          foreignSpan(() => spanContext),
          { isRecording: () => true },
        ) as unknown as Span;
        cache.spanProcessor.onStart(span as never, ROOT_CONTEXT);
        const record = { hrTime: [1, 0], hrTimeObserved: [1, 0], body: 'x', attributes: {} };
        cache.logRecordProcessor.onEmit(record as never, trace.setSpan(ROOT_CONTEXT, span));
        cache.spanProcessor.onEnd(span as unknown as ReadableSpan);
        cache.flush();

        await cache.shutdown();

        const { spans, events, openSpans } = cache.stats();
        expect(spans.dropped.invalid).to.equal(1);
        expect(events.dropped.invalid + events.orphaned.no_span).to.equal(1);
        expect(openSpans.open).to.equal(0);
        expectCountersAddUp(service);
      });
    }
  }
});

describe('A clock that once showed no time', () => {
  for (const wrong of [NaN, Infinity, -Infinity]) {
    for (const when of ['as the span ends', 'as it is looked at']) {
      it(`${wrong}, ${when}: the held span is delivered, and the parked event is not kept for ever`, async () => {
        const service = startService({ lateEvents: { holdMillis: 20 }, maxParkedMillis: 20 });
        const { cache, start, log } = service;
        const subscription = cache.subscribe();
        const now = performance.now.bind(performance);
        let time = () => (when === 'as the span ends' ? wrong : now());
        sinon.stub(performance, 'now').callsFake(() => time());
        log(start('open'), 'parked');
        start('held').end();
        await new Promise((resolve) => setTimeout(resolve, 10));
        time = () => (when === 'as the span ends' ? now() : wrong);
        await new Promise((resolve) => setTimeout(resolve, 10));
        time = now;

        await eventually(() => cache.stats().spans.delivered + cache.stats().events.orphaned.expired === 2);

        expect(names(subscription.take()?.spans ?? [])).to.deep.equal(['held']);
        expect(cache.stats().events.orphaned.expired).to.equal(1);
        expectCountersAddUp(service);
      });
    }

    it(`${wrong} for good: flush() and shutdown() release everything`, async () => {
      sinon.stub(performance, 'now').returns(wrong);
      const service = startService({ lateEvents: { holdMillis: 20 } });
      const { cache, start, log } = service;
      const subscription = cache.subscribe();
      start('held').end();
      log(start('open'), 'parked');

      cache.flush();
      const flushed = names(subscription.take()!.spans);
      await cache.shutdown();

      expect(flushed).to.deep.equal(['held']);
      expect(cache.stats().events.orphaned.shutdown).to.equal(1);
      expectCountersAddUp(service);
    });
  }
});

describe('A getter that calls the cache', () => {
  it('cannot change items that are being read', () => {
    const service = startService();
    const { cache, start } = service;
    const subscription = cache.subscribe({ orphans: true });
    const flushing = () => {
      const record = { hrTime: [1, 0], attributes: {} };
      return Object.defineProperty(record, 'body', {
        get() {
          cache.flush();
          return 'flushing';
        },
      });
    };
    for (let i = 0; i < 3; i++) cache.logRecordProcessor.onEmit(flushing() as never);
    start('job').end();

    cache.flush();

    const { spans, orphans } = subscription.take()!;
    expect(names(spans)).to.deep.equal(['job']);
    expect(orphans).to.have.length(3);
    expectCountersAddUp(service);
  });
});

describe('receive()', () => {
  const GARBAGE: Record<string, unknown> = {
    'spans that are no array': { spans: { length: 3 }, dropped: 5 },
    'spans that are a string': { spans: 'abc', dropped: 5 },
    'orphans that are no array': { orphans: { length: NaN, filter: () => [] }, dropped: 5 },
    'orphans that are a number': { orphans: 7, droppedOrphans: 5 },
    'numbers that are none': { dropped: NaN, droppedOrphans: 1 },
    'numbers that are too large': { dropped: 1, droppedOrphans: 2 ** 60 },
    'numbers that are texts': { dropped: '1', droppedOrphans: 1 },
    'members that throw': Object.defineProperty({ dropped: 5 }, 'orphans', { get: broken }),
    'a list that throws half-way': {
      spans: new Proxy([foreignSpan(readable(9)), foreignSpan(readable(9))], {
        get: (list, key) => (key === '1' ? broken() : (Reflect.get(list, key) as unknown)),
      }),
      dropped: 5,
    },
  };

  for (const [what, batch] of Object.entries(GARBAGE)) {
    it(`of ${what} counts nothing`, () => {
      const service = startService();
      service.cache.store();
      const before = service.cache.stats();

      receive(service.cache, batch as never);
      service.cache.flush();

      expect(service.cache.stats()).to.deep.equal(before);
      expectCountersAddUp(service);
    });
  }

  it('of orphans that cannot be read counts each as invalid, once', () => {
    const service = startService();
    const subscription = service.cache.subscribe({ orphans: true });
    const unreadable = Object.defineProperty({}, 'reason', { get: broken });
    const odd = { reason: { toString: broken } };
    const good = { reason: 'late', name: 'line' };

    receive(service.cache, { orphans: [unreadable, odd, null, 'late', good, { reason: 'constructor' }] as never });

    expect(subscription.take()!.orphans).to.deep.equal([good]);
    const { received, dropped, orphaned } = service.cache.stats().events;
    expect([received, dropped.invalid, orphaned.late]).to.deep.equal([6, 5, 1]);
    expectCountersAddUp(service);
  });

  for (const [what, options] of Object.entries(POLICIES)) {
    it(`between two caches ends, and each delivers each span and orphan once: ${what}`, async () => {
      const [left, right] = [startService(options), startService(options)];
      const got = { left: [] as string[], right: [] as string[] };
      const connect = (from: Service, to: Service, name: 'left' | 'right') =>
        from.cache.subscribe(
          (batch) => {
            got[name].push(...batch.spans.map(described), ...batch.orphans.map(({ name }) => name));
            receive(to.cache, batch);
          },
          { orphans: true },
        );
      connect(left, right, 'left');
      connect(right, left, 'right');
      const span = left.start('left');
      left.log(span, 'on time');
      span.end();
      right.start('right').end();
      left.logger.emit({ body: 'alone', context: ROOT_CONTEXT });
      const settle = async () => {
        for (let i = 0; i < 5; i++) {
          left.cache.flush();
          right.cache.flush();
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      };
      await settle();
      left.log(span, 'late');
      await settle();

      const late = options.lateEvents === 'amend' ? 'left 1: on time, late' : 'late';
      const all = ['alone', 'left 0: on time', 'right 0: ', late].sort();
      expect({ left: got.left.toSorted(), right: got.right.toSorted() }).to.deep.equal({ left: all, right: all });
      expect(left.cache.stats().spans.dropped.duplicate).to.be.above(0);
      expect(left.cache.stats().events.dropped.duplicate).to.be.above(0);
      for (const service of [left, right]) expectCountersAddUp(service);
    });
  }

  it('along a chain and a diamond of caches delivers each span to the last one once', () => {
    const [first, left, right, last] = [startService(), startService(), startService(), startService()];
    const connect = (from: Service, to: Service) => from.cache.subscribe((batch) => receive(to.cache, batch));
    connect(first, left);
    connect(first, right);
    connect(left, last);
    connect(right, last);
    const store = last.cache.store();

    first.start('job').end();
    for (const { cache } of [first, left, right, last]) cache.flush();

    expect(names(store.getFinishedSpans())).to.deep.equal(['job']);
    expect(last.cache.stats().spans.dropped.duplicate).to.equal(1);
  });
});

function described(span: DeliveredSpan): string {
  return `${span.name} ${span.revision ?? 0}: ${eventNames(span).join(', ')}`;
}
