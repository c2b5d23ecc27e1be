import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { newCache } from '../caches.js';
import { batchSpanProcessor, simpleSpanProcessor } from '../sdk.js';
import { eventNames, eventually, names, startService } from './service.js';

describe('A duplicate', () => {
  it('span, from a processor registered twice, is delivered once and counted', () => {
    const cache = newCache();
    const { start } = startService(undefined, {
      spanProcessors: [cache.spanProcessor, cache.spanProcessor],
    });
    const store = cache.store();

    for (const name of ['a', 'b']) start(name).end();

    expect(names(store.getFinishedSpans())).to.deep.equal(['a', 'b']);
    expect(cache.stats().spans).to.include({ received: 4, delivered: 2 });
    expect(cache.stats().spans.dropped.duplicate).to.equal(2);
  });

  it('log record, from a processor registered twice, is merged once and counted', () => {
    const cache = newCache();
    const { start, log } = startService(undefined, {
      spanProcessors: [cache.spanProcessor],
      logRecordProcessors: [cache.logRecordProcessor, cache.logRecordProcessor],
    });
    const store = cache.store();
    const span = start('job');

    for (const body of ['a', 'b']) log(span, body);
    span.end();

    expect(store.getFinishedSpans().map(eventNames)).to.deep.equal([['a', 'b']]);
    expect(cache.stats().events.dropped.duplicate).to.equal(2);
  });

  for (const [kind, processor] of [
    ['SimpleSpanProcessor', simpleSpanProcessor],
    ['BatchSpanProcessor', batchSpanProcessor],
  ] as const) {
    it(`span, from the cache as processor and as exporter behind a ${kind}, is delivered once`, async () => {
      const cache = newCache();
      const { start, forceFlush } = startService(undefined, {
        spanProcessors: [cache.spanProcessor, processor(cache.exporter)],
      });
      const subscription = cache.subscribe();

      for (const name of ['a', 'b']) start(name).end();
      await forceFlush();
      start('c').end();
      await forceFlush();
      cache.flush();

      expect(names(subscription.take()!.spans)).to.deep.equal(['a', 'b', 'c']);
      expect(cache.stats().spans.dropped.duplicate).to.equal(3);
    });
  }

  it('span, from the exporter behind two span processors, is delivered once', async () => {
    const cache = newCache();
    const { start, forceFlush } = startService(undefined, {
      spanProcessors: [simpleSpanProcessor(cache.exporter), batchSpanProcessor(cache.exporter)],
    });
    const store = cache.store();

    for (const name of ['a', 'b']) start(name).end();
    await forceFlush();

    expect(names(store.getFinishedSpans())).to.deep.equal(['a', 'b']);
    expect(cache.stats().spans.dropped.duplicate).to.equal(2);
  });

  it('span, exported before the cache gets it as a processor, is delivered once', async () => {
    const cache = newCache();
    const { start, forceFlush } = startService(undefined, {
      spanProcessors: [simpleSpanProcessor(cache.exporter), cache.spanProcessor],
    });
    const store = cache.store();

    for (const name of ['a', 'b', 'c']) {
      start(name).end();
      await forceFlush();
    }

    expect(names(store.getFinishedSpans())).to.deep.equal(['a', 'b', 'c']);
    expect(cache.stats().spans.dropped.duplicate).to.equal(3);
  });

  it('span, while it is held, is delivered once', async () => {
    const cache = newCache({ lateEvents: { holdMillis: 10_000 } });
    const { start } = startService(undefined, {
      spanProcessors: [cache.spanProcessor, simpleSpanProcessor(cache.exporter)],
    });
    const subscription = cache.subscribe();

    start('job').end();
    await eventually(() => cache.stats().spans.held === 1);
    cache.flush();

    expect(names(subscription.take()!.spans)).to.deep.equal(['job']);
  });

  it('exception, recorded on the span and logged as an event, is on the span once', () => {
    const { cache, start, logger } = startService();
    const store = cache.store();
    const span = start('job');
    const context = trace.setSpan(ROOT_CONTEXT, span);
    const error = new TypeError('broken');
    const attributes = { 'exception.type': 'TypeError', 'exception.message': 'broken' };

    span.recordException(error);
    logger.emit({ eventName: 'exception', attributes, context });
    span.end();

    expect(store.getFinishedSpans().map(eventNames)).to.deep.equal([['exception']]);
    expect(cache.stats().events.dropped.duplicate).to.equal(1);
    expect(cache.stats().events.merged).to.equal(0);
  });

  it('exception is dropped only as often as it was recorded', () => {
    const { cache, start, logger } = startService();
    const store = cache.store();
    const span = start('job');
    const context = trace.setSpan(ROOT_CONTEXT, span);
    const attributes = { 'exception.type': 'TypeError', 'exception.message': 'broken' };

    span.recordException(new TypeError('broken'));
    for (let i = 0; i < 3; i++) logger.emit({ eventName: 'exception', attributes, context });
    span.end();

    expect(store.getFinishedSpans()[0]!.events).to.have.length(3);
    expect(cache.stats().events.dropped.duplicate).to.equal(1);
  });

  it('exception cancels one logged exception over all amendments', () => {
    const { cache, start, logger } = startService({ lateEvents: 'amend' });
    const store = cache.store();
    const span = start('job');
    const context = trace.setSpan(ROOT_CONTEXT, span);
    const attributes = { 'exception.type': 'TypeError', 'exception.message': 'broken' };
    span.recordException(new TypeError('broken'));
    span.end();
    store.getFinishedSpans();

    for (let i = 0; i < 3; i++) {
      logger.emit({ eventName: 'exception', attributes, context });
      store.getFinishedSpans();
    }

    expect(store.getFinishedSpans()[0]!.events).to.have.length(3);
    expect(cache.stats().events.dropped.duplicate).to.equal(1);
    expect(cache.stats().spans.amended).to.equal(2);
  });

  it('exception is kept if its type or message differs, or if it is an ordinary log line', () => {
    const { cache, start, logger } = startService();
    const store = cache.store();
    const span = start('job');
    const context = trace.setSpan(ROOT_CONTEXT, span);
    const attributes = { 'exception.type': 'TypeError', 'exception.message': 'broken' };

    span.recordException(new TypeError('broken'));
    logger.emit({ eventName: 'exception', attributes: { ...attributes, 'exception.message': 'other' }, context });
    logger.emit({ body: 'request failed', attributes, context });
    span.end();

    const [delivered] = store.getFinishedSpans();
    expect(eventNames(delivered)).to.deep.equal(['exception', 'exception', 'request failed']);
    expect(cache.stats().events.dropped.duplicate).to.equal(0);
  });
});
