import { context, diag, ROOT_CONTEXT, trace, TraceFlags, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { SpanCache, type DeliveredSpan, type SpanCacheOptions } from '../../src/index.js';
import { newCache } from '../caches.js';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  batchSpanProcessor,
  InMemorySpanExporter,
  NodeSDK,
  ParentBasedSampler,
  SamplingDecision,
  startSdk,
  unregisterGlobals,
  type Sampler,
} from '../sdk.js';
import { eventNames, listenToWarnings, names, type Service } from './service.js';

const OFF = new ParentBasedSampler({ root: new AlwaysOffSampler() });

interface Sampled extends Service {
  delivered: DeliveredSpan[];
  orphans: string[];
  /** Starts a child. */
  child(parent: Span, name: string): Span;
}

/** A service with the cache's sampler in front of another one, and somebody who sees all that is delivered. */
function startSampled(delegate: Sampler | undefined, options?: SpanCacheOptions): Sampled {
  const cache = newCache(options);
  const sdk = startSdk({
    spanProcessors: [cache.spanProcessor],
    logRecordProcessors: [cache.logRecordProcessor],
    sampler: cache.sampler(delegate),
  });
  const delivered: DeliveredSpan[] = [];
  const orphans: string[] = [];
  cache.subscribe(
    (batch) => {
      delivered.push(...batch.spans);
      orphans.push(...batch.orphans.map(({ name, reason }) => `${name}: ${reason}`));
    },
    { orphans: true },
  );
  return {
    cache,
    ...sdk,
    delivered,
    orphans,
    start: (name) => sdk.tracer.startSpan(name, {}, ROOT_CONTEXT),
    child: (parent, name) => sdk.tracer.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, parent)),
    log: (span, body) => sdk.logger.emit({ body, context: trace.setSpan(ROOT_CONTEXT, span) }),
  };
}

function isSampled(span: Span): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}

describe('Sampling', () => {
  describe('by a sampler', () => {
    it('is off at first: spans dropped by the delegate are not recorded', () => {
      const { cache, start, delivered } = startSampled(OFF);

      const span = start('work');
      span.end();
      cache.flush();

      expect(span.isRecording()).to.equal(false);
      expect(delivered).to.deep.equal([]);
      expect(cache.stats().spans.received).to.equal(0);
    });

    it('records spans dropped by the delegate while it is on, and never samples them', () => {
      const { cache, start, child, log, delivered } = startSampled(OFF);
      cache.sampling.set({ enabled: true });

      const root = start('root');
      const inner = child(root, 'inner');
      log(inner, 'a line');
      inner.end();
      root.end();
      cache.flush();

      expect([root, inner].map(isSampled)).to.deep.equal([false, false]);
      expect(names(delivered)).to.deep.equal(['inner', 'root']);
      expect(eventNames(delivered[0])).to.deep.equal(['a line']);
    });

    it('can be on from the start', () => {
      const { cache, start, delivered } = startSampled(OFF, { sampling: { enabled: true } });

      start('work').end();
      cache.flush();

      expect(names(delivered)).to.deep.equal(['work']);
    });

    it('is off again after its duration', () => {
      const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      try {
        const { cache, start } = startSampled(OFF);
        cache.sampling.set({ enabled: true, forMillis: 60_000 });

        expect(start('before').isRecording()).to.equal(true);
        clock.tick(60_000);
        expect(start('after').isRecording()).to.equal(false);
      } finally {
        clock.restore();
      }
    });

    it('continues a trace that it began', () => {
      const { cache, start, child, delivered } = startSampled(OFF);
      cache.sampling.set({ enabled: true });
      const root = start('root');

      cache.sampling.set({ enabled: false });
      const open = child(root, 'open');
      root.end();
      const late = child(root, 'late');
      const byContext = child(trace.wrapSpanContext(root.spanContext()), 'by context');
      const grandchild = child(late, 'grandchild');
      const other = start('other');
      for (const span of [open, late, byContext, grandchild, other]) span.end();
      cache.flush();

      expect(names(delivered)).to.have.members(['root', 'open', 'late', 'by context', 'grandchild']);
    });

    it('does not begin in the middle of a trace', () => {
      const { cache, start, child, delivered } = startSampled(OFF);
      const root = start('root');

      cache.sampling.set({ enabled: true });
      child(root, 'child').end();
      root.end();
      cache.flush();

      expect(delivered).to.deep.equal([]);
    });

    it('continues a trace when another processor starts a span in onStart()', () => {
      const cache = newCache({ sampling: { enabled: true } });
      let starting = false;
      let nested: Span | undefined;
      const starter = {
        onStart: () => {
          if (starting) return;
          starting = true;
          nested = tracer.startSpan('nested', {}, ROOT_CONTEXT);
        },
        onEnd() {},
        forceFlush: async () => {},
        shutdown: async () => {},
      };
      const { tracer } = startSdk({ spanProcessors: [starter, cache.spanProcessor], sampler: cache.sampler(OFF) });
      const root = tracer.startSpan('root', {}, ROOT_CONTEXT);

      cache.sampling.set({ enabled: false });

      for (const parent of [root, nested!]) {
        expect(tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, parent)).isRecording()).to.equal(true);
      }
    });

    it('completes a sampled trace from which the delegate drops spans', () => {
      const delegate: Sampler = {
        shouldSample: (_context, _traceId, name) => ({
          decision: name === 'noise' ? SamplingDecision.NOT_RECORD : SamplingDecision.RECORD_AND_SAMPLED,
        }),
        toString: () => 'no noise',
      };
      const { cache, start, child, delivered } = startSampled(delegate, { sampling: { enabled: true, ratio: 0 } });

      const root = start('root');
      const noise = child(root, 'noise');
      start('noise').end();
      noise.end();
      root.end();
      cache.flush();

      expect(isSampled(noise)).to.equal(false);
      expect(names(delivered)).to.deep.equal(['noise', 'root']);
    });

    it("decides like the SDK's default sampler without a delegate", () => {
      const { start, child } = startSampled(undefined);

      const root = start('root');
      const unsampled = trace.wrapSpanContext({ ...root.spanContext(), traceFlags: TraceFlags.NONE });

      expect([root, child(root, 'child')].map(isSampled)).to.deep.equal([true, true]);
      expect(child(unsampled, 'unsampled').isRecording()).to.equal(false);
    });

    it('records nothing with unsampledSpans: false', () => {
      const { cache, start } = startSampled(OFF, { unsampledSpans: false, sampling: { enabled: true } });

      expect(start('work').isRecording()).to.equal(false);
      expect(cache.sampler(OFF)).to.equal(OFF);
    });

    it('ends with the cache', async () => {
      const { cache, start } = startSampled(OFF, { sampling: { enabled: true } });

      await cache.shutdown();

      expect(start('work').isRecording()).to.equal(false);
      expect(cache.sampling.settings.enabled).to.equal(false);
    });

    it('throws an error of the delegate to the code that starts the span', () => {
      const error = new Error('broken');
      const delegate = {
        shouldSample(): never {
          throw error;
        },
      };
      const { cache, start } = startSampled(delegate as unknown as Sampler);

      expect(() => start('work')).to.throw(error);
      cache.sampling.set({ enabled: true });
      expect(() => start('work')).to.throw(error);
    });

    it('accepts only a sampler as a delegate', () => {
      for (const wrong of [null, 5, {}]) {
        expect(() => new SpanCache().sampler(wrong as never)).to.throw(
          TypeError,
          'delegate must be an object with shouldSample(), got',
        );
      }
    });

    it('does not affect exporters of the SDK or of the cache', async () => {
      const beside = new InMemorySpanExporter();
      const attached = new InMemorySpanExporter();
      const cache = newCache({ sampling: { enabled: true } });
      cache.addExporter(attached);
      const store = cache.store();
      let count = 0;
      const everySecond: Sampler = {
        shouldSample: () => ({
          decision: count++ % 2 === 0 ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD,
        }),
        toString: () => 'every second',
      };
      const sdk = startSdk({
        spanProcessors: [batchSpanProcessor(beside), cache.spanProcessor],
        sampler: cache.sampler(everySecond),
      });

      for (let i = 0; i < 10; i++) sdk.tracer.startSpan(`${i}`, {}, ROOT_CONTEXT).end();
      await sdk.forceFlush();

      const sampled = ['0', '2', '4', '6', '8'];
      expect(names(beside.getFinishedSpans())).to.deep.equal(sampled);
      expect(names(attached.getFinishedSpans())).to.deep.equal(sampled);
      expect(store.getFinishedSpans()).to.have.length(10);
      await sdk.shutdown();
    });

    it('works with NodeSDK and its OTEL_TRACES_SAMPLER', async () => {
      const before = { ...process.env };
      Object.assign(process.env, { OTEL_TRACES_SAMPLER: 'parentbased_always_off', OTEL_METRICS_EXPORTER: 'none' });
      const cache = newCache();
      const store = cache.store();
      const sdk = new NodeSDK({
        spanProcessors: [cache.spanProcessor],
        logRecordProcessors: [cache.logRecordProcessor],
        sampler: cache.sampler(),
      });
      try {
        sdk.start();
        const work = (name: string) =>
          trace.getTracer('app').startActiveSpan(name, (span) => {
            trace.getTracer('app').startSpan('inner', {}, context.active()).end();
            span.end();
          });

        work('before');
        cache.sampling.set({ enabled: true });
        work('recorded');

        expect(names(store.getFinishedSpans())).to.deep.equal(['inner', 'recorded']);
      } finally {
        await sdk.shutdown();
        unregisterGlobals();
        for (const name of ['OTEL_TRACES_SAMPLER', 'OTEL_METRICS_EXPORTER']) {
          if (before[name] === undefined) delete process.env[name];
          else process.env[name] = before[name];
        }
      }
    });
  });
});

describe('The filter', () => {
  describe('with a lowest severity', () => {
    it('excludes log records below it, and counts them', () => {
      const { cache, start, logger, delivered } = startSampled(new AlwaysOnSampler());
      cache.filter.set({ minSeverity: 13 });
      const span = start('work');
      const inSpan = trace.setSpan(ROOT_CONTEXT, span);

      logger.emit({ body: 'debug', severityNumber: 5, context: inSpan });
      logger.emit({ body: 'warn', severityNumber: 13, context: inSpan });
      logger.emit({ body: 'none', context: inSpan });
      cache.filter.set({ minSeverity: 0 });
      logger.emit({ body: 'debug, unrestricted', severityNumber: 5, context: inSpan });
      span.end();
      cache.flush();

      expect(eventNames(delivered[0])).to.deep.equal(['warn', 'none', 'debug, unrestricted']);
      const { received, dropped } = cache.stats().events;
      expect({ received, below: dropped.below_severity }).to.deep.equal({ received: 4, below: 1 });
    });
  });

  describe('of scopes', () => {
    const filter = { scopes: { exclude: ['noisy*'] } };

    it('excludes the spans of others, and counts them', () => {
      const { cache, getTracer, delivered } = startSampled(new AlwaysOnSampler(), { filter });

      for (const scope of ['noisy', 'noisy-too', 'quiet']) getTracer(scope).startSpan(scope, {}, ROOT_CONTEXT).end();
      cache.flush();

      expect(names(delivered)).to.deep.equal(['quiet']);
      const { received, dropped } = cache.stats().spans;
      expect({ received, excluded: dropped.scope_excluded }).to.deep.equal({ received: 3, excluded: 2 });
    });

    it('excludes spans that arrive through the exporter, without failing the export', () => {
      const { cache, getTracer, delivered } = startSampled(new AlwaysOnSampler());
      const results: unknown[] = [];
      const ended = [getTracer('noisy'), getTracer('quiet')].map((tracer) =>
        tracer.startSpan('work', {}, ROOT_CONTEXT),
      );
      cache.filter.set(filter);

      cache.exporter.export(ended as never[], (result) => results.push(result));
      cache.flush();

      expect(delivered).to.deep.equal([ended[1]]);
      expect(results).to.deep.equal([{ code: 0 }]);
    });

    it('excludes the log records of others, and counts them', () => {
      const { cache, start, getLogger, delivered } = startSampled(new AlwaysOnSampler(), { filter });
      const span = start('work');

      for (const scope of ['noisy', 'quiet']) {
        getLogger(scope).emit({ body: scope, context: trace.setSpan(ROOT_CONTEXT, span) });
      }
      span.end();
      cache.flush();

      expect(eventNames(delivered[0])).to.deep.equal(['quiet']);
      expect(cache.stats().events.dropped.scope_excluded).to.equal(1);
    });

    it('delivers a log record in an excluded span as an orphan, whether the span is open or ended', () => {
      const { cache, getTracer, log, orphans } = startSampled(new AlwaysOnSampler(), { filter });
      const span = getTracer('noisy').startSpan('work', {}, ROOT_CONTEXT);

      log(span, 'open');
      span.end();
      log(span, 'over');
      cache.flush();

      expect(orphans).to.deep.equal(['open: scope_excluded', 'over: scope_excluded']);
      const { events, parkedSpans } = cache.stats();
      expect(events.orphaned.scope_excluded).to.equal(2);
      expect(parkedSpans).to.equal(0);
    });

    it('is in force whether sampling is on or off, even for spans that only the cache records', () => {
      const { cache, getTracer, delivered } = startSampled(OFF, { filter, sampling: { enabled: true } });

      for (const scope of ['noisy', 'quiet']) getTracer(scope).startSpan(scope, {}, ROOT_CONTEXT).end();
      cache.sampling.set({ enabled: false });
      cache.flush();

      expect(names(delivered)).to.deep.equal(['quiet']);
      expect(cache.filter.settings).to.deep.equal({ minSeverity: 0, scopes: { include: ['*'], exclude: ['noisy*'] } });
    });

    it('accepts everything once it is removed', () => {
      const { cache, getTracer, delivered } = startSampled(new AlwaysOnSampler(), { filter });
      const tracer = getTracer('noisy');

      tracer.startSpan('before', {}, ROOT_CONTEXT).end();
      cache.filter.set({ scopes: {} });
      tracer.startSpan('after', {}, ROOT_CONTEXT).end();
      cache.flush();

      expect(names(delivered)).to.deep.equal(['after']);
    });
  });
});

describe('Live settings that have no effect', () => {
  const NO_EFFECT =
    'sampling is enabled, but has no effect until the tracer provider uses cache.sampler() and unsampledSpans is true';
  let warn: sinon.SinonSpy;

  beforeEach(() => {
    warn = sinon.spy();
    listenToWarnings(warn);
  });

  afterEach(() => diag.disable());

  it('are reported once, if sampling is enabled without its sampler', () => {
    const cache = newCache();

    cache.sampling.set({ enabled: true });
    cache.sampling.set({ ratio: 0.5 });

    sinon.assert.calledOnceWithExactly(warn, 'otel-span-cache', NO_EFFECT);
  });

  it('are reported if the sampler is only its delegate', () => {
    const cache = newCache({ unsampledSpans: false });
    cache.sampler();

    cache.sampling.set({ enabled: true });

    sinon.assert.calledOnceWithExactly(warn, 'otel-span-cache', NO_EFFECT);
  });

  it('are not reported for changes of disabled sampling, nor with its sampler', () => {
    newCache().sampling.set({ ratio: 0.5 });
    const cache = newCache();
    cache.sampler();
    cache.sampling.set({ enabled: true });

    sinon.assert.notCalled(warn);
  });
});
