import { context, ROOT_CONTEXT, trace, TraceFlags, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import { SpanCache } from '../../src/index.js';
import { batchSpanProcessor, SamplingDecision } from '../sdk.js';
import { eventNames, eventually, startService, total } from './service.js';

const RECORD_ONLY = {
  shouldSample: () => ({ decision: SamplingDecision.RECORD }),
  toString: () => 'record only',
};
const NOT_RECORD = {
  shouldSample: () => ({ decision: SamplingDecision.NOT_RECORD }),
  toString: () => 'not record',
};

describe('An event', () => {
  it('outside any span: it is an orphan no_span', () => {
    const { cache, logger } = startService();
    const subscription = cache.subscribe({ orphans: true });

    logger.emit({ body: 'alone', context: ROOT_CONTEXT });
    cache.flush();

    const [orphan] = subscription.take()!.orphans;
    expect(orphan).to.include({ name: 'alone', reason: 'no_span', spanContext: undefined });
    expect(cache.stats().events.orphaned.no_span).to.equal(1);
  });

  it('emitted with an undefined context: it belongs to the active span', () => {
    const { cache, logger, start } = startService();
    const subscription = cache.subscribe();
    const span = start('job');

    context.with(trace.setSpan(ROOT_CONTEXT, span), () => {
      logger.emit({ body: 'here', context: undefined } as never);
    });
    span.end();
    cache.flush();

    expect(eventNames(subscription.take()!.spans[0])).to.deep.equal(['here']);
  });

  it('of a remote span: it is an orphan remote_parent at once', () => {
    const { cache, logger } = startService();
    const subscription = cache.subscribe({ orphans: true });
    const remote = {
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      traceFlags: TraceFlags.SAMPLED,
      isRemote: true,
    };

    logger.emit({ body: 'x', context: trace.setSpanContext(ROOT_CONTEXT, remote) });
    cache.flush();

    expect(subscription.take()!.orphans[0]).to.include({ reason: 'remote_parent' });
    expect(cache.stats().events).to.include({ parked: 0 });
  });

  it('of a span that is not recorded: it is an orphan unsampled at once', () => {
    const { cache, start, log } = startService({}, { sampler: NOT_RECORD });
    const subscription = cache.subscribe({ orphans: true });
    const span = start('invisible');

    log(span, 'x');
    span.end();
    cache.flush();

    expect(subscription.take()!.orphans[0]).to.include({ reason: 'unsampled' });
    expect(cache.stats().events.orphaned.unsampled).to.equal(1);
  });

  it('of a span that is recorded but not sampled: it is merged, before and after the end', () => {
    const { cache, start, log } = startService({}, { sampler: RECORD_ONLY });
    const subscription = cache.subscribe();
    const span = start('local');

    log(span, 'before');
    span.end();
    log(span, 'after');
    cache.flush();

    expect(eventNames(subscription.take()!.spans[0])).to.deep.equal(['before', 'after']);
  });

  it('of such a span, emitted only after the end: it is merged', () => {
    const { cache, start, log } = startService({}, { sampler: RECORD_ONLY });
    const subscription = cache.subscribe();
    const span = start('local');

    span.end();
    log(span, 'after');
    cache.flush();

    expect(eventNames(subscription.take()!.spans[0])).to.deep.equal(['after']);
  });

  it('of such a span when unsampledSpans is off: both are counted as unsampled', () => {
    const { cache, start, log } = startService({ unsampledSpans: false }, { sampler: RECORD_ONLY });
    const subscription = cache.subscribe({ orphans: true });
    const span = start('local');

    log(span, 'x');
    span.end();
    cache.flush();

    expect(subscription.take()).to.deep.include({ spans: [] });
    expect(cache.stats().spans.dropped.unsampled).to.equal(1);
    expect(cache.stats().events.orphaned.unsampled).to.equal(1);
  });

  describe('after its span was delivered', () => {
    it('it is an orphan late', () => {
      const { cache, start, log } = startService();
      const subscription = cache.subscribe({ orphans: true });
      const span = start('job');
      span.end();
      cache.flush();
      subscription.take();

      log(span, 'straggler');
      cache.flush();

      expect(subscription.take()!.orphans[0]).to.include({ name: 'straggler', reason: 'late' });
      expect(cache.stats().events).to.include({ parked: 0 });
    });

    it('it is counted and dropped if lateEvents is drop', () => {
      const { cache, start, log } = startService({ lateEvents: 'drop' });
      const subscription = cache.subscribe({ orphans: true });
      const span = start('job');
      span.end();
      cache.flush();
      subscription.take();

      log(span, 'straggler');
      cache.flush();

      expect(subscription.take()).to.equal(undefined);
      expect(cache.stats().events.dropped.late).to.equal(1);
    });

    it('it is late however many spans were delivered since', () => {
      const { cache, start, log } = startService();
      cache.subscribe(() => {});
      const span = start('job');
      span.end();
      for (let i = 0; i < 40_000; i++) start('other').end();
      cache.flush();

      log(span, 'straggler');
      cache.flush();

      expect(cache.stats().events.orphaned.late).to.equal(1);
    });

    it('it becomes late without flush()', async () => {
      const { cache, start, log } = startService();
      cache.subscribe(() => {});
      const span = start('job');
      span.end();
      await eventually(() => cache.stats().spans.delivered === 1);

      log(span, 'straggler');
      await eventually(() => cache.stats().events.orphaned.late === 1);

      expect(cache.stats().events).to.include({ parked: 0, queued: 0 });
    });

    it('it evicts no event that waits for an open span, however many are late', () => {
      const { cache, start, log } = startService({ maxParkedSpans: 2 });
      const subscription = cache.subscribe();
      const open = start('open');
      log(open, 'waits');
      const ended = Array.from({ length: 10 }, () => start('ended'));
      for (const span of ended) span.end();
      cache.flush();

      for (const span of ended) log(span, 'straggler');
      cache.flush();
      open.end();
      cache.flush();

      expect(eventNames(subscription.take()!.spans.at(-1))).to.deep.equal(['waits']);
    });
  });

  describe('with only the ids of its span', () => {
    const byIds = (span: Span) => trace.setSpanContext(ROOT_CONTEXT, span.spanContext());

    it('before its span has ended: it is merged', () => {
      const { cache, start, logger } = startService();
      const subscription = cache.subscribe();
      const span = start('job');

      logger.emit({ body: 'by ids', context: byIds(span) });
      cache.flush();
      span.end();
      cache.flush();

      expect(eventNames(subscription.take()!.spans[0])).to.deep.equal(['by ids']);
    });

    it('after its span was delivered: the first waits, later ones are recognised as late', () => {
      const { cache, start, logger } = startService();
      cache.subscribe(() => {});
      const [before, after] = [start('before'), start('after')];
      before.end();
      cache.flush();

      logger.emit({ body: 'first', context: byIds(before) });
      cache.flush();
      after.end();
      cache.flush();
      logger.emit({ body: 'second', context: byIds(after) });
      cache.flush();

      expect(cache.stats().events).to.include({ parked: 1 });
      expect(cache.stats().events.orphaned.late).to.equal(1);
    });

    it('after one that was merged: it is recognised as late, because ids are remembered from that one on', () => {
      const { cache, start, log, logger } = startService();
      cache.subscribe(() => {});
      const span = start('job');
      log(span, 'in time');
      logger.emit({ body: 'in time, by ids', context: byIds(span) });
      span.end();
      cache.flush();

      logger.emit({ body: 'late', context: byIds(span) });
      cache.flush();

      expect(cache.stats().events).to.include({ merged: 2, parked: 0 });
      expect(cache.stats().events.orphaned.late).to.equal(1);
    });
  });

  describe('after its span has ended, where the span was not delivered', () => {
    it('but dropped, because the queue was full: it is late, and the earlier ones wait', () => {
      const { cache, start, log } = startService({ queueCapacity: 1 });
      cache.subscribe(() => {});
      const span = start('dropped');
      start('queued').end();
      span.end();

      log(span, 'after');
      cache.flush();

      expect(cache.stats().spans.dropped.queue_full).to.equal(1);
      expect(cache.stats().events.orphaned.late).to.equal(1);
    });

    it('as nobody was subscribed then: it is late', () => {
      const { cache, start, log } = startService();
      const span = start('unseen');
      span.end();
      cache.subscribe(() => {});

      log(span, 'after');
      cache.flush();

      expect(cache.stats().events.orphaned.late).to.equal(1);
    });

    it('but by another cache: it is late in this one', () => {
      const other = startService();
      const { cache, log } = startService();
      cache.subscribe(() => {});
      const span = other.start('elsewhere');
      span.end();

      log(span, 'after');
      cache.flush();

      expect(cache.stats().events.orphaned.late).to.equal(1);
    });
  });

  describe('emitted by another processor as the span ends, before the cache gets the span', () => {
    /** Logs in `onEnd()`, and then does something. */
    function startWithLogging(then: (cache: SpanCache) => void) {
      const cache = new SpanCache();
      const log = { emit: (_span: Span) => {} };
      const first = {
        onStart() {},
        onEnd(span: unknown) {
          log.emit(span as Span);
          then(cache);
        },
        forceFlush: async () => {},
        shutdown: async () => {},
      };
      const service = startService(undefined, {
        spanProcessors: [first, cache.spanProcessor],
        logRecordProcessors: [cache.logRecordProcessor],
      });
      log.emit = (span) => service.log(span, 'from onEnd');
      return { cache, start: service.start };
    }

    it('is merged', () => {
      const { cache, start } = startWithLogging(() => {});
      const subscription = cache.subscribe();

      start('job').end();
      cache.flush();

      expect(eventNames(subscription.take()!.spans[0])).to.deep.equal(['from onEnd']);
    });

    it('is late if that processor flushes the cache, too', () => {
      const { cache, start } = startWithLogging((flushed) => flushed.flush());
      const subscription = cache.subscribe();

      start('job').end();
      cache.flush();

      expect(eventNames(subscription.take()!.spans[0])).to.deep.equal([]);
      expect(cache.stats().events.orphaned.late).to.equal(1);
    });
  });

  it('emitted after span.end(), of a span that arrives later through the exporter: it is merged', async () => {
    const cache = new SpanCache();
    const { start, log, forceFlush } = startService(undefined, {
      spanProcessors: [batchSpanProcessor(cache.exporter)],
      logRecordProcessors: [cache.logRecordProcessor],
    });
    const subscription = cache.subscribe();
    const span = start('job');
    span.end();

    log(span, 'after');
    cache.flush();
    await forceFlush();
    cache.flush();

    expect(eventNames(subscription.take()!.spans[0])).to.deep.equal(['after']);
  });

  it('emitted after span.end() but before delivery: it is merged', () => {
    const { cache, start, log } = startService();
    const subscription = cache.subscribe();
    const span = start('job');

    span.end();
    log(span, 'callback');
    cache.flush();

    expect(eventNames(subscription.take()!.spans[0])).to.deep.equal(['callback']);
  });

  it('is never built for subscribers without orphans', () => {
    const { cache, logger } = startService();
    const subscription = cache.subscribe();

    logger.emit({ body: 'alone', context: ROOT_CONTEXT });
    cache.flush();

    expect(subscription.take()).to.equal(undefined);
    expect(cache.stats().events.orphaned.no_span).to.equal(1);
  });

  it('is in one counter in every case', () => {
    const { cache, logger, start, log } = startService({ maxParkedSpans: 1, maxEventsPerSpan: 1 });
    cache.subscribe();
    const [first, second] = [start('first'), start('second')];

    logger.emit({ body: 'alone', context: ROOT_CONTEXT });
    for (const span of [first, first, second, second]) log(span, 'x');
    first.end();
    cache.flush();
    log(first, 'late');
    cache.flush();
    log(second, 'queued');

    const { events } = cache.stats();
    expect(events).to.include({ received: 7, queued: 1, parked: 1 });
    expect(events.queued + events.parked + events.merged + total(events.orphaned) + total(events.dropped)).to.equal(7);
  });
});

describe('Log records that become events', () => {
  it('are all of them by default', () => {
    const { cache, start, log } = startService();
    const subscription = cache.subscribe();
    const span = start('job');

    log(span, 'a plain line');
    span.end();
    cache.flush();

    expect(eventNames(subscription.take()!.spans[0])).to.deep.equal(['a plain line']);
  });

  it("are the ones with an event name, with 'events'", () => {
    const { cache, start, logger } = startService({ logRecords: 'events' });
    const subscription = cache.subscribe();
    const span = start('job');
    const inSpan = trace.setSpan(ROOT_CONTEXT, span);

    logger.emit({ body: 'a plain line', context: inSpan });
    logger.emit({ eventName: 'order.placed', body: 'details', context: inSpan });
    span.end();
    cache.flush();

    expect(eventNames(subscription.take()!.spans[0])).to.deep.equal(['order.placed']);
  });

  it('are the ones for which a function returns true', () => {
    const { cache, start, log } = startService({ logRecords: ({ body }) => body !== 'noise' });
    const subscription = cache.subscribe();
    const span = start('job');

    log(span, 'noise');
    log(span, 'signal');
    span.end();
    cache.flush();

    expect(eventNames(subscription.take()!.spans[0])).to.deep.equal(['signal']);
    expect(cache.stats().events.dropped.filtered).to.equal(1);
  });

  it('may be selected by a function that reads the counters, which add up', () => {
    const sums: number[] = [];
    const { cache, start, log } = startService({
      logRecords: () => {
        const { events } = cache.stats();
        const parts = events.queued + events.parked + events.held + events.merged;
        sums.push(events.received - parts - total(events.orphaned) - total(events.dropped));
        return sums.length === 1;
      },
    });
    cache.subscribe();
    const span = start('job');

    for (let i = 0; i < 3; i++) log(span, 'x');

    expect(sums).to.deep.equal([0, 0, 0]);
    expect(cache.stats().events).to.include({ received: 3, queued: 1 });
  });

  it('exclude a record for which the function throws, without an error in the application', () => {
    const { cache, start, log } = startService({
      logRecords: () => {
        throw new Error('broken filter');
      },
    });
    cache.subscribe();
    const span = start('job');

    expect(() => log(span, 'x')).not.to.throw();

    expect(cache.stats().events.dropped.invalid).to.equal(1);
  });

  it('may be selected by a function that logs, without endless recursion', () => {
    const { cache, start, log } = startService({
      logRecords: () => {
        log(span, 'from the filter');
        return true;
      },
    });
    cache.subscribe();
    const span = start('job');

    log(span, 'x');

    expect(cache.stats().events).to.include({ received: 2, queued: 1 });
    expect(cache.stats().events.dropped.suppressed).to.equal(1);
  });
});
