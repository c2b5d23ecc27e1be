import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import fc from 'fast-check';
import sinon from 'sinon';
import {
  formatTrace,
  printTraces,
  SpanCache,
  type Handle,
  type SpanBatch,
  type SpanCacheOptions,
  type Trace,
} from '../src/index.js';
import { assertNoSpan, assertSpan, assertTrace, traceTree } from '../src/testing/index.js';
import { exporterOptions } from '../src/cache/fanout/exporter-options.js';
import { cacheOptions } from '../src/cache/options.js';
import { newCache } from './caches.js';
import { runs } from './property-runs.js';
import {
  AlwaysOffSampler,
  batchSpanProcessor,
  globalLogger,
  InMemorySpanExporter,
  NodeSDK,
  SamplingDecision,
  unregisterGlobals,
  type SdkConfig,
} from './sdk.js';
import { eventNames, eventually, names, startService, total, type Service } from './scenarios/service.js';

/*
 * The public contract, a test for each statement, in the order of docs/reference.md and docs/delivery.md. The tests in
 * scenarios/ have the details and the unlikely cases.
 */

const started: SpanCache[] = [];

/** A service whose sums must be right when its test ends. */
function service(options?: SpanCacheOptions, sdk?: Partial<SdkConfig>): Service {
  const running = startService(options, sdk);
  started.push(running.cache);
  return running;
}

function expectSums(cache: SpanCache): void {
  const { spans, events } = cache.stats();
  const spanSum = spans.queued + spans.held + spans.delivered + total(spans.dropped);
  const eventSum =
    events.queued + events.parked + events.held + events.merged + total(events.orphaned) + total(events.dropped);
  expect([spanSum, eventSum]).to.deep.equal([spans.received, events.received]);
}

/** The counters that are not zero. */
function counted(counters: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counters).filter(([, count]) => count !== 0));
}

/** A span and, behind its end and delivery, a line. */
function logLate({ cache, start, log }: Service): void {
  const span = start('job');
  span.end();
  cache.flush();
  log(span, 'late');
  cache.flush();
}

function unreadable(): never {
  throw new Error('unreadable');
}

function byIds(span: Span) {
  return trace.setSpanContext(ROOT_CONTEXT, { ...span.spanContext() });
}

describe('The contract', () => {
  afterEach(() => {
    sinon.restore();
    for (const cache of started.splice(0)) expectSums(cache);
  });

  describe('of new SpanCache()', () => {
    it('gives every option a default', () => {
      expect(cacheOptions()).to.deep.include({
        queueCapacity: 65_536,
        maxParkedSpans: 16_384,
        maxEventsPerSpan: 128,
        maxParkedBytes: 64 * 2 ** 20,
        maxParkedMillis: 300_000,
        logRecords: 'all',
        lateEvents: 'orphan',
        unsampledSpans: true,
        trackOpenSpans: false,
      });
      expect(() => newCache()).not.to.throw();
    });

    it('throws for a wrong value, with the expectation and the given value', () => {
      const make = (options: object) => () => new SpanCache(options as SpanCacheOptions);

      expect(make({ queueCapacity: 0 })).to.throw(
        RangeError,
        'queueCapacity must be a positive integer, got 0 (number)',
      );
      expect(make({ lateEvents: { holdMillis: 'long' } })).to.throw(TypeError, 'lateEvents must be');
      expect(make({ queueCapcity: 5 })).to.throw(TypeError, "unknown option 'queueCapcity'");
    });

    it('throws nothing into the application, regardless of later input', () => {
      const { cache } = service();
      cache.subscribe({ orphans: true });

      expect(() => {
        cache.spanProcessor.onStart(undefined as never, undefined as never);
        cache.spanProcessor.onEnd(undefined as never);
        cache.logRecordProcessor.onEmit(undefined as never);
        cache.flush();
      }).not.to.throw();
      expect(counted(cache.stats().spans.dropped)).to.deep.equal({ invalid: 1 });
      expect(counted(cache.stats().events.dropped)).to.deep.equal({ invalid: 1 });
    });
  });

  describe("of the SDK's configuration", () => {
    const nothingElse = {
      autoDetectResources: false,
      logRecordProcessors: [],
      metricReaders: [],
      instrumentations: [],
    };

    afterEach(unregisterGlobals);

    it('accepts the cache as both processors of NodeSDK', async () => {
      const cache = newCache();
      const store = cache.store();
      const sdk = new NodeSDK({
        ...nothingElse,
        spanProcessors: [cache.spanProcessor],
        logRecordProcessors: [cache.logRecordProcessor],
      });
      sdk.start();

      trace.getTracer('app').startActiveSpan('request', (span) => {
        globalLogger().emit({ body: 'handled' });
        span.end();
      });

      expect(store.getFinishedSpans().map(eventNames)).to.deep.equal([['handled']]);
      await sdk.shutdown();
    });

    it('accepts cache.exporter as the trace exporter, or behind any span processor', async () => {
      const [alone, behind] = [newCache(), newCache()];
      const stores = [alone.store(), behind.store()];
      const sdk = new NodeSDK({ ...nothingElse, traceExporter: alone.exporter });
      sdk.start();
      trace.getTracer('app').startSpan('request').end();
      await sdk.shutdown();
      const { start, forceFlush } = service(undefined, { spanProcessors: [batchSpanProcessor(behind.exporter)] });
      start('request').end();
      await forceFlush();

      expect(stores.map((store) => names(store.getFinishedSpans()))).to.deep.equal([['request'], ['request']]);
    });
  });

  describe('of cache.subscribe()', () => {
    it('is a loop over batches of spans, orphans, and the number of spans lost since the last batch', async () => {
      const { cache, start, logger } = service();
      const subscription = cache.subscribe({ capacity: 2, orphans: true });
      for (const name of ['a', 'b', 'lost', 'lost']) start(name).end();
      start('a').end();
      cache.flush();
      logger.emit({ body: 'alone', context: ROOT_CONTEXT });
      cache.flush();
      await cache.shutdown();

      const batches: SpanBatch[] = [];
      for await (const batch of subscription) batches.push(batch);

      expect(batches.map(({ spans, orphans, dropped }) => [names(spans), orphans.length, dropped])).to.deep.equal([
        [['a', 'b'], 0, 0],
        [[], 0, 3],
      ]);
    });

    it('returns the current items from take(), or undefined, without waiting', () => {
      const { cache, start } = service();
      const subscription = cache.subscribe();
      start('a').end();
      cache.flush();

      expect(names(subscription.take()!.spans)).to.deep.equal(['a']);
      expect(subscription.take()).to.equal(undefined);
    });

    it('ends by close(), by both symbols of disposal, and by leaving the loop', async () => {
      const { cache, start } = service();
      const subscriptions = Array.from({ length: 4 }, () => cache.subscribe());
      start('a').end();
      cache.flush();

      subscriptions[0]!.close();
      subscriptions[1]![Symbol.dispose]();
      await subscriptions[2]![Symbol.asyncDispose]();
      for await (const { spans } of subscriptions[3]!) if (spans.length > 0) break;

      expect(subscriptions.map(({ closed }) => closed)).to.deep.equal([true, true, true, true]);
      expect(cache.stats().subscriptions).to.deep.equal([]);
    });

    it('calls a function with each batch', () => {
      const { cache, start } = service();
      const seen: string[] = [];
      cache.subscribe(({ spans }) => seen.push(...names(spans)));

      start('a').end();
      cache.flush();

      expect(seen).to.deep.equal(['a']);
    });

    it("shares spans by reference: the SDK's own object if nothing was merged, and never modified otherwise", () => {
      const { cache, start, log } = service();
      const [first, second] = [cache.subscribe(), cache.subscribe()];
      const [plain, logged] = [start('plain'), start('logged')];
      log(logged, 'line');
      plain.end();
      logged.end();
      cache.flush();

      const [one, other] = [first.take()!.spans, second.take()!.spans];
      expect(one[0]).to.equal(plain);
      expect(one[1]).to.equal(other[1]).and.not.to.equal(logged);
      expect([eventNames(one[1]), eventNames(logged as never)]).to.deep.equal([['line'], []]);
    });
  });

  it('counts spans while nobody is subscribed, and keeps nothing', () => {
    const { cache, start, log } = service();
    const span = start('job');
    log(span, 'line');
    span.end();
    cache.flush();

    expect(cache.subscribe().take()).to.equal(undefined);
    expect(counted(cache.stats().spans.dropped)).to.deep.equal({ no_subscriber: 1 });
    expect(cache.stats().events).to.include({ queued: 0, parked: 0 });
  });

  it("identifies a span by both ids: an event never lands on another trace's span", () => {
    let traces = 0;
    const idGenerator = {
      generateTraceId: () => String(++traces).padStart(32, '0'),
      generateSpanId: () => 'abcdefabcdefabcd',
    };
    const { cache, start, log } = service(undefined, { idGenerator });
    const subscription = cache.subscribe();
    const [one, other] = [start('one'), start('other')];

    log(other, 'line');
    one.end();
    other.end();
    cache.flush();

    expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([[], ['line']]);
  });

  it("turns a log record into an event after the span's own ones, named by its event name, body, severity text, or log", () => {
    const { cache, start, logger } = service();
    const subscription = cache.subscribe();
    const span = start('job');
    const context = trace.setSpan(ROOT_CONTEXT, span);
    const fields = { severityNumber: 13, severityText: 'WARN', body: 'body', attributes: { key: 'value' }, context };

    logger.emit({ ...fields, eventName: 'name' });
    span.addEvent('own');
    logger.emit(fields);
    logger.emit({ ...fields, body: { no: 'text' } });
    logger.emit({ context });
    span.end();
    cache.flush();

    const [merged] = subscription.take()!.spans;
    expect(eventNames(merged)).to.deep.equal(['own', 'name', 'body', 'WARN', 'log']);
    expect(merged!.events[1]).to.deep.include({
      severityNumber: 13,
      severityText: 'WARN',
      body: 'body',
      attributes: { key: 'value' },
    });
    expect(merged!.events[1]).to.include.keys('time', 'droppedAttributesCount', 'observedTime', 'instrumentationScope');
  });

  it('accepts all log records, only records with an event name, or records that a function selects', () => {
    const wanted = (['all', 'events', ({ body }) => body === 'wanted'] satisfies SpanCacheOptions['logRecords'][]).map(
      (logRecords) => {
        const { cache, start, logger } = service({ logRecords });
        const subscription = cache.subscribe();
        const span = start('job');
        for (const record of [{ body: 'line' }, { body: 'wanted' }, { eventName: 'named' }]) {
          logger.emit({ ...record, context: trace.setSpan(ROOT_CONTEXT, span) });
        }
        span.end();
        cache.flush();
        return eventNames(subscription.take()!.spans[0]);
      },
    );

    expect(wanted).to.deep.equal([['line', 'wanted', 'named'], ['named'], ['wanted']]);
  });

  it('delivers spans that are recorded and not sampled to subscribers, unless unsampledSpans is off, and never to exporters', async () => {
    const delivered = await Promise.all(
      [true, false].map(async (unsampledSpans) => {
        const sampler = { shouldSample: () => ({ decision: SamplingDecision.RECORD }), toString: () => 'records' };
        const { cache, start } = service({ unsampledSpans }, { sampler });
        const [subscription, exporter] = [cache.subscribe(), new InMemorySpanExporter()];
        cache.addExporter(exporter);
        start('recorded').end();
        await cache.forceFlush();
        return [subscription.take()?.spans.length ?? 0, exporter.getFinishedSpans().length];
      }),
    );

    expect(delivered).to.deep.equal([
      [1, 0],
      [0, 0],
    ]);
  });

  it("reads the defaults of addExporter() from OTEL_BSP_*, like the SDK's processor", () => {
    expect(exporterOptions({}, { OTEL_BSP_SCHEDULE_DELAY: '250' })).to.include({ scheduledDelayMillis: 250 });
    expect(exporterOptions({ scheduledDelayMillis: 1 }, { OTEL_BSP_SCHEDULE_DELAY: '250' })).to.include({
      scheduledDelayMillis: 1,
    });
  });

  it('passes sampled spans with their log events to any exporter by cache.addExporter()', async () => {
    const { cache, start, log } = service();
    const exporter = new InMemorySpanExporter();
    const handle = cache.addExporter(exporter, { scheduledDelayMillis: 10_000 });
    const span = start('job');
    log(span, 'line');
    span.end();

    await cache.forceFlush();

    expect(exporter.getFinishedSpans().map(eventNames)).to.deep.equal([['line']]);
    await handle.close();
    expect(handle.closed).to.equal(true);
  });

  it('keeps the newest spans in cache.store(), which reads like InMemorySpanExporter and returns a copy', () => {
    const { cache, start } = service();
    const store = cache.store({ capacity: 2 });
    for (const name of ['a', 'b', 'c']) start(name).end();

    store.getFinishedSpans().pop();
    expect(names(store.getFinishedSpans())).to.deep.equal(['b', 'c']);
    expect(store.traces().map(({ roots }) => roots.map(({ span }) => span.name))).to.deep.equal([['b'], ['c']]);
    store.reset();
    expect(store.getFinishedSpans()).to.deep.equal([]);
  });

  describe('of whole traces', () => {
    it('delivers a trace once its local root has ended and no span of it arrived for settleMillis', async () => {
      const { cache, tracer } = service();
      const traces: Trace[] = [];
      cache.subscribeToTraces((whole) => traces.push(whole), { settleMillis: 1 });

      tracer.startActiveSpan('parent', { kind: SpanKind.SERVER }, ROOT_CONTEXT, (parent) => {
        tracer.startSpan('child').end();
        parent.end();
      });

      await eventually(() => traces.length > 0);
      expect(traces.map(({ complete, spans, roots }) => [complete, names(spans), roots.length])).to.deep.equal([
        [true, ['child', 'parent'], 1],
      ]);
    });

    it('delivers it incomplete when no span arrived for timeoutMillis, or when maxSpans wait', async () => {
      const { cache, start, tracer } = service();
      const [timedOut, evicted]: [Trace[], Trace[]] = [[], []];
      cache.subscribeToTraces((whole) => timedOut.push(whole), { timeoutMillis: 1 });
      cache.subscribeToTraces((whole) => evicted.push(whole), { maxSpans: 1 });

      for (const name of ['a', 'b']) tracer.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, start('open'))).end();
      cache.flush();

      expect(evicted.map(({ complete, spans }) => [complete, names(spans)])).to.deep.equal([[false, ['a']]]);
      await eventually(() => timedOut.length === 2);
      expect(timedOut.map(({ complete }) => complete)).to.deep.equal([false, false]);
    });

    it('delivers later spans as a further trace of that id, incomplete', async () => {
      const { cache, tracer, start } = service();
      const traces: Trace[] = [];
      cache.subscribeToTraces((whole) => traces.push(whole), { settleMillis: 0, timeoutMillis: 1 });
      const root = start('root');
      const straggler = tracer.startSpan('straggler', {}, trace.setSpan(ROOT_CONTEXT, root));

      root.end();
      cache.flush();
      straggler.end();

      await eventually(() => traces.length === 2);
      expect(traces.map(({ traceId, complete, spans }) => [traceId, complete, names(spans)])).to.deep.equal([
        [root.spanContext().traceId, true, ['root']],
        [root.spanContext().traceId, false, ['straggler']],
      ]);
    });

    it('prints traces by printTraces(), as trees or as lines of JSON, and only the selected ones', async () => {
      const { cache, start } = service();
      const [trees, lines]: [string[], string[]] = [[], []];
      printTraces(cache, { only: { name: /orders/ }, write: (text) => trees.push(text) });
      printTraces(cache, { only: { errors: true }, format: 'json', write: (text) => lines.push(text) });

      start('GET /orders').end();
      const failed = start('GET /health');
      failed.setStatus({ code: SpanStatusCode.ERROR });
      failed.end();
      await cache.shutdown();

      expect(trees.join('')).to.include('GET /orders').and.not.to.include('GET /health');
      expect(
        lines.map((line) => (JSON.parse(line) as { spans: { name: string }[] }).spans.map(({ name }) => name)),
      ).to.deep.equal([['GET /health']]);
    });
  });

  it('adds unsampled spans for subscribers while cache.sampling is on', () => {
    const cache = newCache();
    const { start } = service(undefined, {
      spanProcessors: [cache.spanProcessor],
      sampler: cache.sampler(new AlwaysOffSampler()),
    });
    const store = cache.store();

    start('before').end();
    cache.sampling.set({ enabled: true, ratio: 1, forMillis: 600_000 });
    start('while').end();
    cache.sampling.set({ enabled: false });
    start('after').end();

    const spans = store.getFinishedSpans();
    expect(spans.map((span) => [span.name, span.spanContext().traceFlags])).to.deep.equal([['while', 0]]);
  });

  it('excludes severities and scopes by cache.filter, whether sampling is on or off', () => {
    for (const enabled of [false, true]) {
      const { cache, start, logger, getTracer } = service({ sampling: { enabled } });
      const store = cache.store();
      cache.filter.set({ minSeverity: 13, scopes: { exclude: ['@acme/*'] } });
      const span = start('mine');

      for (const severityNumber of [9, 13]) {
        logger.emit({ body: `severity ${severityNumber}`, severityNumber, context: trace.setSpan(ROOT_CONTEXT, span) });
      }
      span.end();
      getTracer('@acme/http').startSpan('theirs').end();

      expect(store.getFinishedSpans().map((kept) => [kept.name, eventNames(kept)])).to.deep.equal([
        ['mine', ['severity 13']],
      ]);
    }
  });

  it('changes no setting if one of them is wrong', () => {
    const { cache } = service();
    const { settings: sampling } = cache.sampling;
    const { settings: filter } = cache.filter;

    expect(() => cache.sampling.set({ enabled: true, ratio: 2 })).to.throw(
      RangeError,
      'ratio must be a number from 0 to 1',
    );
    expect(() => cache.filter.set({ minSeverity: 9, scopes: { exclude: 'a' as never } })).to.throw(
      TypeError,
      'scopes must be',
    );
    expect([cache.sampling.settings, cache.filter.settings]).to.deep.equal([sampling, filter]);
  });

  describe('of the end of waiting', () => {
    it('makes flush() and take() deterministic: without timers or awaits, and unaffected by fake timers', () => {
      sinon.useFakeTimers();
      const { cache, start, log } = service();
      const subscription = cache.subscribe();
      const span = start('job');
      log(span, 'line');
      span.end();

      cache.flush();

      expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([['line']]);
    });

    it('passes all queued spans to the exporters in forceFlush() before it returns its promise', async () => {
      const { cache, start } = service();
      const exporter = new InMemorySpanExporter();
      cache.addExporter(exporter);
      start('job').end();

      const flushed = cache.forceFlush();

      expect(names(exporter.getFinishedSpans())).to.deep.equal(['job']);
      await flushed;
    });

    it('releases parked events as orphans and closes subscriptions in shutdown(), which is idempotent', async () => {
      const { cache, start, log } = service();
      const subscription = cache.subscribe({ orphans: true });
      log(start('open'), 'parked');

      const shutdown = cache.shutdown();

      expect(cache.shutdown()).to.equal(shutdown);
      await shutdown;
      expect(subscription.closed).to.equal(true);
      expect(subscription.take()!.orphans.map(({ name, reason }) => [name, reason])).to.deep.equal([
        ['parked', 'shutdown'],
      ]);
    });

    it('counts everything in stats(), which returns a new plain object', () => {
      const { cache } = service();

      expect(cache.stats()).to.deep.equal(JSON.parse(JSON.stringify(cache.stats())));
      expect(cache.stats()).not.to.equal(cache.stats());
    });
  });

  describe('of an event', () => {
    it('without a valid span context: an orphan no_span', () => {
      const { cache, logger } = service();
      cache.subscribe();

      logger.emit({ body: 'alone', context: ROOT_CONTEXT });
      cache.flush();

      expect(counted(cache.stats().events.orphaned)).to.deep.equal({ no_span: 1 });
    });

    it('whose span is not delivered yet: parked, then merged', () => {
      const { cache, start, log } = service();
      const subscription = cache.subscribe();
      const span = start('job');

      log(span, 'line');
      cache.flush();
      expect(cache.stats().events).to.include({ parked: 1, merged: 0 });
      span.end();
      cache.flush();

      expect(cache.stats().events).to.include({ parked: 0, merged: 1 });
      expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([['line']]);
    });

    it('logged in `finally`, behind span.end(): merged, as its span is still queued', () => {
      const { cache, start, log } = service();
      const subscription = cache.subscribe();
      const span = start('job');

      span.end();
      log(span, 'finally');
      cache.flush();

      expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([['finally']]);
    });

    it('of a remote span: an orphan remote_parent at once', () => {
      const { cache, start, logger } = service();
      cache.subscribe();
      const remote = { ...start('caller').spanContext(), isRemote: true };

      logger.emit({ body: 'line', context: trace.setSpanContext(ROOT_CONTEXT, remote) });
      cache.flush();

      expect(counted(cache.stats().events.orphaned)).to.deep.equal({ remote_parent: 1 });
    });

    it('of an unsampled span that was not recorded: an orphan unsampled at once', () => {
      const { cache, start, log } = service(undefined, { sampler: new AlwaysOffSampler() });
      cache.subscribe();

      log(start('unsampled'), 'line');
      cache.flush();

      expect(counted(cache.stats().events.orphaned)).to.deep.equal({ unsampled: 1 });
    });

    it('for which the queue is full: dropped queue_full', () => {
      const { cache, start, log } = service({ queueCapacity: 1 });
      cache.subscribe();
      const span = start('job');

      log(span, 'first');
      log(span, 'second');

      expect(counted(cache.stats().events.dropped)).to.deep.equal({ queue_full: 1 });
    });

    it('whose span has waited longest when a new one arrives at maxParkedSpans: an orphan evicted, with all events of that span', () => {
      const { cache, start, log } = service({ maxParkedSpans: 1 });
      const subscription = cache.subscribe({ orphans: true });
      const [first, second] = [start('first'), start('second')];

      for (const [span, body] of [
        [first, 'a'],
        [first, 'b'],
        [second, 'c'],
        [second, 'd'],
      ] as const)
        log(span, body);
      second.end();
      cache.flush();

      const { spans, orphans } = subscription.take()!;
      expect(orphans.map(({ name, reason }) => [name, reason])).to.deep.equal([
        ['a', 'evicted'],
        ['b', 'evicted'],
      ]);
      expect(spans.map(eventNames)).to.deep.equal([['c', 'd']]);
    });

    it('that is older than maxEventsPerSpan others of its span: dropped event_limit, and counted on the span', () => {
      const { cache, start, log } = service({ maxEventsPerSpan: 2 });
      const subscription = cache.subscribe();
      const span = start('job');

      for (const body of ['a', 'b', 'c']) log(span, body);
      span.end();
      cache.flush();

      const [merged] = subscription.take()!.spans;
      expect([eventNames(merged), merged!.droppedEventsCount]).to.deep.equal([['b', 'c'], 1]);
      expect(counted(cache.stats().events.dropped)).to.deep.equal({ event_limit: 1 });
    });

    it('that has waited for maxParkedMillis: an orphan expired', async () => {
      const { cache, start, log } = service({ maxParkedMillis: 1 });
      cache.subscribe();

      log(start('open'), 'line');

      await eventually(() => cache.stats().events.orphaned.expired === 1);
      expect(counted(cache.stats().events.orphaned)).to.deep.equal({ expired: 1 });
    });
  });

  describe('of a late event', () => {
    it('drops and counts it if lateEvents is drop', () => {
      const running = service({ lateEvents: 'drop' });
      running.cache.subscribe();

      logLate(running);

      expect(counted(running.cache.stats().events.dropped)).to.deep.equal({ late: 1 });
    });

    it('delivers it alone, by default, to subscribers with orphans: true', () => {
      const running = service();
      const [asks, asksNot] = [running.cache.subscribe({ orphans: true }), running.cache.subscribe()];

      logLate(running);

      expect(asks.take()!.orphans.map(({ name, reason }) => [name, reason])).to.deep.equal([['late', 'late']]);
      expect(asksNot.take()!.orphans).to.deep.equal([]);
    });

    it('delays its span by holdMillis, except at a flush()', async () => {
      const clock = sinon.useFakeTimers();
      const { cache, start, log } = service({ lateEvents: { holdMillis: 100 } });
      const subscription = cache.subscribe();
      const span = start('job');
      span.end();
      await eventually(() => cache.stats().spans.held === 1);
      log(span, 'straggler');
      await eventually(() => cache.stats().events.held === 1);
      expect(subscription.take()).to.equal(undefined);
      clock.tick(125);
      await eventually(() => cache.stats().spans.held === 0);

      expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([['straggler']]);
      start('flushed').end();
      cache.flush();
      expect(names(subscription.take()!.spans)).to.deep.equal(['flushed']);
    });

    it('amends its span: subscribers receive it again with a higher revision, stores replace it, exporters receive it once', async () => {
      const running = service({ lateEvents: 'amend' });
      const { cache } = running;
      const [subscription, store, exporter] = [cache.subscribe(), cache.store(), new InMemorySpanExporter()];
      cache.addExporter(exporter);

      logLate(running);
      await cache.forceFlush();

      const { spans } = subscription.take()!;
      expect(spans.map((span) => [span.revision ?? 0, eventNames(span)])).to.deep.equal([
        [0, []],
        [1, ['late']],
      ]);
      expect(store.getFinishedSpans().map(eventNames)).to.deep.equal([['late']]);
      expect(exporter.getFinishedSpans().map(eventNames)).to.deep.equal([[]]);
    });

    it('costs nothing per span: a delivery reads no span even with logs', () => {
      const running = service();
      const { cache, start } = running;
      cache.subscribe(() => {});
      const spans = Array.from({ length: 100 }, () => start('job'));
      const read = sinon.spy(Object.getPrototypeOf(spans[0]) as Span, 'spanContext');
      logLate(running);
      read.resetHistory();

      for (const span of spans) span.end();
      cache.flush();

      sinon.assert.notCalled(read);
      expect(cache.stats().spans.delivered).to.equal(101);
    });

    it('with ids alone is recognised after the first such record, which itself waits', () => {
      const { cache, start, logger } = service();
      cache.subscribe();
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
      expect(counted(cache.stats().events.orphaned)).to.deep.equal({ late: 1 });
    });
  });

  it('loses only a damaged item: the rest of its batch is delivered, and one counter has it', () => {
    const { cache, start, log } = service();
    const subscription = cache.subscribe();
    cache.subscribe(() => {
      throw new Error('a subscriber');
    });
    const span = start('whole');
    log(span, 'line');
    cache.logRecordProcessor.onEmit({
      spanContext: span.spanContext(),
      get body() {
        return unreadable();
      },
    } as never);
    cache.spanProcessor.onEnd({ name: 'broken', spanContext: unreadable } as never);
    span.end();
    cache.flush();

    expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([['line']]);
    expect(counted(cache.stats().spans.dropped)).to.deep.equal({ invalid: 1 });
    expect(counted(cache.stats().events.dropped)).to.deep.equal({ invalid: 1 });
  });

  it('provides close(), closed and Symbol.dispose on every handle', () => {
    const { cache } = service();
    const handles: Handle[] = [
      cache.subscribe(),
      cache.subscribe(() => {}),
      cache.subscribeToTraces(() => {}),
      printTraces(cache, { write: () => {} }),
      cache.addExporter(new InMemorySpanExporter()),
      cache.store(),
      cache.sampling.onChange(() => {}),
      cache.filter.onChange(() => {}),
    ];

    expect(handles.map(({ closed }) => closed)).to.not.include(true);
    for (const handle of handles) handle[Symbol.dispose]();
    for (const handle of handles) handle.close();
    expect(handles.map(({ closed }) => closed)).to.not.include(false);
  });

  it('provides every `stats` as a method', () => {
    const { cache } = service();

    for (const { stats } of [cache, cache.subscribeToTraces(() => {}), printTraces(cache, { write: () => {} })]) {
      expect(stats).to.be.a('function');
    }
  });

  describe('of properties', () => {
    /** Reads all properties of an object and its prototypes, and of their values in turn. */
    function readAll(value: unknown, skipped: readonly string[], depth = 3): void {
      if (typeof value !== 'object' || value === null || depth === 0) return;
      for (
        let owner: object | null = value;
        owner !== null && owner !== Object.prototype;
        owner = Object.getPrototypeOf(owner) as object | null
      ) {
        for (const key of Reflect.ownKeys(owner)) {
          if (!skipped.includes(String(key))) readAll(Reflect.get(value, key), skipped, depth - 1);
        }
      }
    }

    /** Does the steps, optionally reads in between, and returns the observed values. */
    function seenAfter(steps: readonly string[], options: SpanCacheOptions, reads: boolean): object {
      const running = service(options);
      const { cache, start, log, logger } = running;
      const subscription = cache.subscribe({ orphans: true });
      const handles = [cache.subscribeToTraces(() => {}), cache.addExporter(new InMemorySpanExporter()), cache.store()];
      let span = start('first');
      const batches: unknown[] = [];
      const actions: Record<string, () => unknown> = {
        start: () => (span = start('another')),
        end: () => span.end(),
        log: () => log(span, 'line'),
        logByIds: () => logger.emit({ body: 'by ids', context: byIds(span) }),
        flush: () => cache.flush(),
        take: () => batches.push(subscription.take()),
      };
      for (const step of steps) {
        actions[step]!();
        if (reads) for (const read of [cache, subscription, ...handles]) readAll(read, ['exporter']);
        expectSums(cache);
      }
      const { parkedBytes: _, subscriptions: __, ...stats } = cache.stats();
      const names = (batches as (SpanBatch | undefined)[]).map((batch) => batch?.spans.map(eventNames));
      return { stats, names, openSpans: cache.openSpans().length };
    }

    it('never changes behaviour when a property is read', () => {
      const steps = fc.array(fc.constantFrom('start', 'end', 'end', 'log', 'log', 'logByIds', 'flush', 'take'), {
        maxLength: 40,
      });
      const options = fc.record({
        lateEvents: fc.constantFrom<NonNullable<SpanCacheOptions['lateEvents']>>('drop', 'orphan', 'amend', {
          holdMillis: 60_000,
        }),
        trackOpenSpans: fc.boolean(),
        maxParkedSpans: fc.constantFrom(1, 100),
      });

      fc.assert(
        fc.property(steps, options, (some, config) => {
          expect(seenAfter(some, config, true)).to.deep.equal(seenAfter(some, config, false));
        }),
        { numRuns: runs(200) },
      );
    });

    it('creates `exporter` when it is first read, and from then on drops spans that arrive twice', async () => {
      const cache = newCache();
      const { start, forceFlush } = service(undefined, {
        spanProcessors: [cache.spanProcessor, batchSpanProcessor(cache.exporter)],
      });
      const store = cache.store();

      start('once').end();
      cache.flush();
      await forceFlush();

      expect(cache.exporter).to.equal(cache.exporter);
      expect(names(store.getFinishedSpans())).to.deep.equal(['once']);
      expect(counted(cache.stats().spans.dropped)).to.deep.equal({ duplicate: 1 });
    });
  });

  it('accepts all output of the cache in assertions, and rejects other values by a TypeError', () => {
    const { cache, start } = service();
    const [store, subscription] = [cache.store(), cache.subscribe()];
    start('job').end();
    cache.flush();

    for (const given of [store, store.getFinishedSpans(), store.traces(), store.traces()[0]!, subscription.take()!]) {
      assertSpan(given, { name: 'job' });
      assertNoSpan(given, { name: 'other' });
      assertTrace(given, { name: 'job' });
      expect(traceTree(given)).to.equal('- job');
    }
    expect(formatTrace(store.traces()[0]!)).to.include('job');
    for (const check of [
      () => assertSpan(5 as never, {}),
      () => assertTrace({} as never, {}),
      () => traceTree('a' as never),
    ]) {
      expect(check).to.throw(TypeError);
    }
  });
});
