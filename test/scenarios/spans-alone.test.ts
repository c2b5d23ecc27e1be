import { ROOT_CONTEXT, type Span, type Tracer } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import type { ReadableSpan, SpanCache, SpanCacheOptions } from '../../src/index.js';
import { newCache } from '../caches.js';
import { SamplingDecision, startSdk, type SdkConfig } from '../sdk.js';
import { eventually, names, startService, total } from './service.js';

/** Records each span, and samples all but one. */
const sampler: NonNullable<SdkConfig['sampler']> = {
  shouldSample: (_context, _traceId, name) => ({
    decision: name === 'unsampled' ? SamplingDecision.RECORD : SamplingDecision.RECORD_AND_SAMPLED,
  }),
};

/** A service that registers no log record processor: its spans need not be read on their way. */
function startSpansOnly(options?: SpanCacheOptions): { cache: SpanCache; tracer: Tracer } {
  const cache = newCache(options);
  return { cache, tracer: startSdk({ spanProcessors: [cache.spanProcessor], sampler }).tracer };
}

describe('A service with spans alone', () => {
  const readable = (span: Span) => span as unknown as ReadableSpan;

  it("receives the SDK's own span objects, batch by batch", () => {
    const { cache, tracer } = startSpansOnly();
    const subscription = cache.subscribe();
    const spans = Array.from({ length: 600 }, (_, i) => tracer.startSpan(`span ${i}`, {}, ROOT_CONTEXT));

    for (const span of spans) span.end();
    cache.flush();

    const delivered = subscription.take()!.spans;
    expect(delivered).to.have.length(600);
    delivered.forEach((span, i) => expect(span).to.equal(readable(spans[i]!)));
    expect(cache.stats().spans).to.include({ received: 600, delivered: 600, queued: 0 });
  });

  it('has no span read until an event waits, even if the cache is registered for log records', () => {
    const { cache, start, log } = startService();
    cache.subscribe(() => {});
    const read = sinon.spy(Object.getPrototypeOf(start('job')) as ReadableSpan, 'spanContext');
    try {
      start('first').end();
      cache.flush();
      const spans = [start('a'), start('b'), start('open')];
      read.resetHistory();
      for (const span of spans.slice(0, 2)) span.end();
      cache.flush();
      const before = read.callCount;

      log(spans[2]!, 'waits');
      start('c').end();
      read.resetHistory();
      cache.flush();

      expect([before, read.callCount]).to.deep.equal([0, 1]);
    } finally {
      read.restore();
    }
  });

  it('counts unreadable spans at any place among readable ones', () => {
    const { cache, tracer } = startSpansOnly();
    const subscription = cache.subscribe();
    const junk: unknown[] = [undefined, null, 7, {}, { spanContext: () => undefined }, { spanContext: () => ({}) }];
    const broken = Object.assign(tracer.startSpan('broken'), {
      spanContext() {
        throw new Error('unreadable');
      },
    });

    tracer.startSpan('first').end();
    cache.flush();
    for (const item of [...junk, broken]) {
      tracer.startSpan('between').end();
      cache.spanProcessor.onEnd(item as ReadableSpan);
    }
    cache.flush();

    expect(names(subscription.take()!.spans)).to.deep.equal(['first', ...Array(7).fill('between')]);
    const { received, dropped } = cache.stats().spans;
    expect(dropped.invalid).to.equal(7);
    expect(received).to.equal(8 + total(dropped));
  });

  it('drops spans that are not sampled if configured to', () => {
    const { cache, tracer } = startSpansOnly({ unsampledSpans: false });
    const subscription = cache.subscribe();

    for (const name of ['first', 'unsampled', 'second']) {
      tracer.startSpan(name).end();
      cache.flush();
    }

    expect(names(subscription.take()!.spans)).to.deep.equal(['first', 'second']);
    expect(cache.stats().spans.dropped.unsampled).to.equal(1);
  });

  it('holds its spans if configured to', async () => {
    const { cache, tracer } = startSpansOnly({ lateEvents: { holdMillis: 60_000 } });
    cache.subscribe();
    tracer.startSpan('first').end();
    cache.flush();

    tracer.startSpan('second').end();
    await eventually(() => cache.stats().spans.held === 1);

    expect(cache.stats().spans).to.include({ delivered: 1, held: 1 });
  });

  it('receives each span once if the exporter of the cache is registered at the same time', () => {
    const { cache, tracer } = startSpansOnly();
    const { exporter } = cache;
    const subscription = cache.subscribe();
    const span = tracer.startSpan('once');

    span.end();
    cache.flush();
    exporter.export([readable(span)], () => {});
    cache.flush();

    expect(names(subscription.take()!.spans)).to.deep.equal(['once']);
    expect(cache.stats().spans.dropped.duplicate).to.equal(1);
  });
});
