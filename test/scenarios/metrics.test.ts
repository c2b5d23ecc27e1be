import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metrics } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import type { SpanCacheOptions } from '../../src/index.js';
import { newCache } from '../caches.js';
import {
  batchLogRecordProcessor,
  batchSpanProcessor,
  InMemorySpanExporter,
  isOldestSdk,
  MeterProvider,
  PrometheusExporter,
  type MetricData,
  type SpanExporter,
} from '../sdk.js';
import { startService, total, type Service } from './service.js';

/** A service that is scraped. The exporter reads on request, so the numbers are current. */
function startObserved(options?: SpanCacheOptions): Service & {
  meterProvider: MeterProvider;
  reader: PrometheusExporter;
  /** Points by the name of their metric. */
  collect(): Promise<Metrics>;
} {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const service = startService({ ...options, selfObsMeterProvider: meterProvider });
  return { ...service, meterProvider, reader, collect: async () => new Metrics(await metricsOf(reader)) };
}

async function metricsOf(reader: PrometheusExporter): Promise<MetricData[]> {
  const { resourceMetrics, errors } = await reader.collect();
  expect(errors).to.deep.equal([]);
  return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
}

class Metrics {
  readonly all: readonly MetricData[];

  constructor(all: readonly MetricData[]) {
    this.all = all;
  }

  points(name: string): MetricData['dataPoints'] {
    return this.all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
  }

  /** The number of a metric, as it is without the attribute. */
  value(name: string): unknown {
    return this.points(name).find(({ attributes }) => Object.keys(attributes).length === 2)?.value;
  }

  /** The numbers by the value of an attribute. */
  by(attribute: string, name: string): Record<string, unknown> {
    return Object.fromEntries(
      this.points(name)
        .filter(({ attributes }) => attribute in attributes)
        .map(({ attributes, value }) => [attributes[attribute], value]),
    );
  }
}

const REASON = 'span_cache.drop.reason';
const KIND = 'span_cache.subscription.kind';

/** Ends some spans, and logs before, within and after them, until each bound has been hit. */
async function live({ cache, start, log }: Service): Promise<void> {
  cache.subscribe({ capacity: 2, orphans: true });
  cache.subscribe(() => {
    throw new Error('a subscriber fails');
  });
  cache.store({ capacity: 1 });
  cache.addExporter(new InMemorySpanExporter());
  const open = ['a', 'b', 'c', 'd'].map((name) => start(name));
  for (const span of open) log(span, 'evicts the one before');
  cache.flush();
  for (const span of open) span.end();
  for (const span of open) log(span, 'late, all at once');
  cache.flush();
  for (const span of open) log(span, 'later');
  for (let i = 0; i < 9; i++) start(`span ${i}`).end();
  await cache.forceFlush();
  log(start('last'), 'waits');
  cache.flush();
}

const BOUNDS = { queueCapacity: 6, maxParkedSpans: 2 };

describe('With selfObsMeterProvider', () => {
  describe('the standard metrics', () => {
    /** The visible shape of a metric, without its numbers and words. */
    const shape = ({ descriptor, dataPointType, dataPoints }: MetricData) => ({
      instrument: 'type' in descriptor && descriptor.type,
      unit: descriptor.unit,
      valueType: descriptor.valueType,
      dataPointType,
      attributes: dataPoints.map(({ attributes }) => Object.keys(attributes)),
      errors: dataPoints.map(({ attributes }) => attributes['error.type']),
    });

    if (!isOldestSdk) {
      it("equal the metrics of the SDK's own processors", async () => {
        const reader = new PrometheusExporter({ preventServerStart: true });
        const selfObsMeterProvider = new MeterProvider({ readers: [reader] });
        const limits = { maxQueueSize: 4, maxExportBatchSize: 4, selfObsMeterProvider };
        const cache = newCache({ queueCapacity: 4, selfObsMeterProvider });
        cache.subscribe();
        const { start, log, forceFlush } = startService(undefined, {
          spanProcessors: [
            batchSpanProcessor(neverExports(), { ...limits, maxExportBatchSize: 2 }),
            batchSpanProcessor(new InMemorySpanExporter(), { ...limits, scheduledDelayMillis: 10_000 }),
            cache.spanProcessor,
          ],
          logRecordProcessors: [batchLogRecordProcessor(limits), cache.logRecordProcessor],
        });

        const spans = Array.from({ length: 9 }, (_, i) => start(`span ${i}`));
        for (const span of spans) log(span, 'logged');
        for (const span of spans) span.end();
        cache.flush();
        await Promise.race([forceFlush(), new Promise((resolve) => setTimeout(resolve, 50))]);
        const { resourceMetrics } = await reader.collect();

        const metricsIn = (scope: string) =>
          resourceMetrics.scopeMetrics
            .filter(({ scope: { name } }) => name === scope)
            .flatMap((scopeMetrics) => scopeMetrics.metrics)
            .filter(({ descriptor }) => descriptor.name.startsWith('otel.sdk.processor.'));
        const byName = (scope: string) =>
          Object.fromEntries(metricsIn(scope).map((metric) => [metric.descriptor.name, metric]));
        const ours = byName('otel-span-cache');
        const theirs = { ...byName('@opentelemetry/sdk-trace'), ...byName('@opentelemetry/sdk-logs') };
        expect(Object.keys(theirs)).to.have.lengthOf(6);
        expect(Object.keys(ours)).to.have.members(Object.keys(theirs));
        for (const [name, metric] of Object.entries(theirs)) {
          const { attributes, errors, ...kind } = shape(metric);
          const own = shape(ours[name]!);
          expect(own, name).to.deep.include(kind);
          for (const keys of attributes) expect(own.attributes, name).to.deep.include(keys);
          expect([...new Set(own.errors)], name).to.have.members([...new Set(errors)]);
        }
      });
    }

    it('count delivered spans, and spans lost because a buffer was full', async () => {
      const service = startObserved(BOUNDS);
      await live(service);
      service.start('is queued').end();
      service.log(service.start('open'), 'is queued');

      const { spans, events } = service.cache.stats();
      const collected = await service.collect();

      const through = events.merged + total(events.orphaned);
      expect(spans.dropped.queue_full).to.equal(3);
      expect(collected.value('otel.sdk.processor.span.processed')).to.equal(spans.delivered);
      expect(collected.by('error.type', 'otel.sdk.processor.span.processed')).to.deep.equal({ queue_full: 3 });
      expect(collected.value('otel.sdk.processor.log.processed')).to.equal(through);
      expect(collected.value('otel.sdk.processor.span.queue.size')).to.equal(1);
      expect(collected.value('otel.sdk.processor.log.queue.size')).to.equal(1);
      expect(collected.value('otel.sdk.processor.span.queue.capacity')).to.equal(6);
      expect(collected.value('otel.sdk.processor.log.queue.capacity')).to.equal(6);
    });

    it('report no error before one occurs', async () => {
      const { cache, start, collect } = startObserved();
      cache.store();
      start('span').end();
      cache.flush();

      const collected = await collect();

      expect(collected.by('error.type', 'otel.sdk.processor.span.processed')).to.deep.equal({});
      expect(collected.value('otel.sdk.processor.span.processed')).to.equal(1);
    });
  });

  it('each cache has a name of its own', async () => {
    const { meterProvider, collect } = startObserved();
    const other = newCache({ selfObsMeterProvider: meterProvider });

    const points = (await collect()).points('span_cache.span.received');

    const components = points.map(({ attributes }) => attributes);
    expect(components.map((attributes) => attributes['otel.component.type'])).to.deep.equal(['SpanCache', 'SpanCache']);
    const [first, second] = components.map((attributes) => String(attributes['otel.component.name']));
    expect(first).to.match(/^SpanCache\/\d+$/);
    expect(second).to.equal(`SpanCache/${Number(first!.split('/')[1]) + 1}`);
    await other.shutdown();
  });

  it('follows the rules for names and units', async () => {
    const service = startObserved({ ...BOUNDS, trackOpenSpans: true });
    await live(service);

    const own = (await service.collect()).all
      .map(({ descriptor }) => descriptor)
      .filter(({ name }) => !name.startsWith('otel.sdk.processor.'));

    expect(own).to.have.length.above(20);
    for (const { name, unit, description } of own) {
      expect(name)
        .to.match(/^span_cache(\.[a-z]+(_[a-z]+)*)+$/)
        .and.not.match(/_total$/);
      expect(unit, name).to.match(/^(s|By|\{[a-z]+\})$/);
      expect(description, name).to.match(/^[A-Z].+\.$/);
    }
  });

  describe('scraped by Prometheus', () => {
    let server: Server | undefined;

    afterEach(() => server?.close());

    async function scrape(reader: PrometheusExporter): Promise<Map<string, number>> {
      server = createServer((request, response) => reader.getMetricsRequestHandler(request, response));
      await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { connection: 'close' } });
      expect(response.status).to.equal(200);
      return new Map(
        (await response.text())
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))
          .map((line) => {
            const [, name, labels, value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line)!;
            const own = /span_cache_\w+="(\w+)"/.exec(labels!);
            return [own === null ? name! : `${name} ${own[1]}`, Number(value)];
          }),
      );
    }

    it('shows the numbers of stats()', async () => {
      const service = startObserved({ ...BOUNDS, trackOpenSpans: true });
      await live(service);

      const { spans, events, parkedSpans, parkedBytes, openSpans, subscriptions } = service.cache.stats();
      const text = await scrape(service.reader);

      const labelled = (name: string, byReason: Readonly<Record<string, number>>) =>
        Object.entries(byReason).map(([reason, count]) => [`${name} ${reason}`, count] as const);
      const expected = new Map([
        ['span_cache_span_received_total', spans.received],
        ['span_cache_span_delivered_total', spans.delivered],
        ['span_cache_span_amended_total', spans.amended],
        ['span_cache_span_queued', spans.queued],
        ['span_cache_span_held', spans.held],
        ['span_cache_span_parked', parkedSpans],
        ['span_cache_parked_size', parkedBytes],
        ['span_cache_span_unamendable_total', spans.unamendable],
        ...labelled('span_cache_span_early_total', spans.early),
        ['span_cache_span_open', openSpans.open],
        ['span_cache_span_forgotten_total', openSpans.forgotten],
        ['span_cache_event_received_total', events.received],
        ['span_cache_event_merged_total', events.merged],
        ['span_cache_event_queued', events.queued],
        ['span_cache_event_parked', events.parked],
        ['span_cache_event_held', events.held],
        ...labelled('span_cache_span_dropped_total', spans.dropped),
        ...labelled('span_cache_event_dropped_total', events.dropped),
        ...labelled('span_cache_event_orphaned_total', events.orphaned),
        ...subscriptions.flatMap(({ kind, ...numbers }) => [
          [`span_cache_subscription_count ${kind}`, 1] as const,
          [`span_cache_subscription_queued ${kind}`, numbers.queued] as const,
          [`span_cache_subscription_queued_bytes ${kind}`, numbers.queuedBytes] as const,
          [`span_cache_subscription_delivered_total ${kind}`, numbers.delivered] as const,
          [`span_cache_subscription_dropped_total ${kind}`, numbers.dropped] as const,
          [`span_cache_subscription_dropped_by_bytes_total ${kind}`, numbers.droppedByBytes] as const,
          [`span_cache_subscription_dropped_orphans_total ${kind}`, numbers.droppedOrphans] as const,
          [`span_cache_subscription_failed_total ${kind}`, numbers.failed] as const,
          [`span_cache_subscription_errors_total ${kind}`, numbers.errors] as const,
        ]),
      ]);
      const shown = [...text].filter(([name]) => name.startsWith('span_cache_'));
      expect(Object.fromEntries(shown)).to.deep.equal(Object.fromEntries(expected));
      // Not all of them 0.
      expect(spans.dropped.queue_full).to.be.above(0);
      expect(openSpans.forgotten).to.be.above(0);
      expect(events.parked).to.equal(1);
      expect(events.orphaned.late).to.be.above(0);
      expect(events.orphaned.evicted).to.be.above(0);
      expect(subscriptions.map(({ kind }) => kind)).to.deep.equal(['iterator', 'callback', 'store', 'exporter']);
      expect(subscriptions.every(({ dropped, errors, delivered }) => dropped + errors + delivered > 0)).to.equal(true);
    });

    it('shows the held spans and the amended ones', async () => {
      const holding = startObserved({ lateEvents: { holdMillis: 60_000 } });
      const amending = startObserved({ lateEvents: 'amend' });
      for (const { cache } of [holding, amending]) cache.store();
      const [held, amended] = [holding, amending].map(({ start }) => start('span'));
      holding.log(held!, 'before');
      held!.end();
      amended!.end();
      amending.cache.flush();
      amending.log(amended!, 'late');
      amending.cache.flush();
      for (let i = 0; i < 200 && holding.cache.stats().spans.held === 0; i++) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }

      const holdingText = await scrape(holding.reader);
      server!.close();
      const amendingText = await scrape(amending.reader);

      expect(holdingText.get('span_cache_span_held')).to.equal(1);
      expect(holdingText.get('span_cache_event_held')).to.equal(1);
      expect(amendingText.get('span_cache_span_amended_total')).to.equal(1);
      expect(amendingText.get('span_cache_event_merged_total')).to.equal(1);
    });
  });

  it('continues counting from one collection to the next', async () => {
    const { cache, start, collect } = startObserved();
    cache.store();
    const counts: unknown[] = [];

    for (let i = 0; i < 3; i++) {
      start('span').end();
      cache.flush();
      counts.push((await collect()).value('span_cache.span.delivered'));
    }

    expect(counts).to.deep.equal([1, 2, 3]);
  });

  it('counts once if several readers collect', async () => {
    const readers = [1, 2].map(() => new PrometheusExporter({ preventServerStart: true }));
    const { cache, start } = startService({ selfObsMeterProvider: new MeterProvider({ readers }) });
    cache.store();
    start('span').end();
    cache.flush();

    const collected = await Promise.all(readers.map(metricsOf));

    const counts = collected.map((all) => new Metrics(all).value('span_cache.span.delivered'));
    expect(counts).to.deep.equal([1, 1]);
  });

  it('counts no open spans unless trackOpenSpans is on', async () => {
    const { collect } = startObserved();

    const names = (await collect()).all.map(({ descriptor }) => descriptor.name);

    expect(names).to.include('span_cache.span.held');
    expect(names).to.not.include.members(['span_cache.span.open', 'span_cache.span.forgotten']);
  });

  describe('the subscriptions that have closed', () => {
    it('are still counted', async () => {
      const { cache, start, collect } = startObserved();
      const first = cache.subscribe({ capacity: 1 });
      const handle = cache.subscribe(() => {});
      start('a').end();
      cache.flush();
      first.take();
      first.close();
      handle.close();
      const second = cache.subscribe();
      start('b').end();
      cache.flush();
      second.take();

      const collected = await collect();

      expect(collected.by(KIND, 'span_cache.subscription.delivered')).to.deep.equal({ iterator: 2, callback: 1 });
      expect(collected.by(KIND, 'span_cache.subscription.count')).to.deep.equal({ iterator: 1, callback: 0 });
    });

    it('include the spans that an exporter exports after that', async () => {
      const { cache, start, collect } = startObserved();
      const exporter = new InMemorySpanExporter();
      const handle = cache.addExporter(exporter);
      start('a').end();
      cache.flush();
      const closing = handle.close();
      const during = await collect();

      await closing;
      const after = await collect();

      const delivered = 'span_cache.subscription.delivered';
      expect(during.by(KIND, 'span_cache.subscription.queued')).to.deep.equal({ exporter: 1 });
      expect(during.by(KIND, delivered)).to.deep.equal({ exporter: 0 });
      expect(after.by(KIND, 'span_cache.subscription.queued')).to.deep.equal({ exporter: 0 });
      expect(after.by(KIND, delivered)).to.deep.equal({ exporter: 1 });
    });
  });

  describe('after shutdown()', () => {
    it('the last numbers stay', async () => {
      const { cache, start, log, collect } = startObserved();
      cache.subscribe();
      cache.addExporter(new InMemorySpanExporter());
      start('a').end();
      log(start('never ends'), 'waits');
      cache.flush();
      const before = await collect();
      start('b').end();

      await cache.shutdown();
      const collected = [await collect(), await collect(), await collect()];

      expect(before.value('span_cache.event.parked')).to.equal(1);
      for (const after of collected) {
        expect(after.value('span_cache.span.delivered')).to.equal(2);
        expect(after.value('otel.sdk.processor.span.processed')).to.equal(2);
        expect(after.value('span_cache.event.parked')).to.equal(0);
        expect(after.by('span_cache.orphan.reason', 'span_cache.event.orphaned')).to.include({ shutdown: 1 });
        expect(after.by(KIND, 'span_cache.subscription.delivered')).to.deep.equal({ iterator: 0, exporter: 2 });
        expect(after.by(KIND, 'span_cache.subscription.queued')).to.deep.equal({ iterator: 2, exporter: 0 });
        expect(after.by(KIND, 'span_cache.subscription.count')).to.deep.equal({ iterator: 0, exporter: 0 });
      }
    });

    it('the last export has the last numbers if the cache is shut down first', async () => {
      const { cache, start, meterProvider, reader, shutdown } = startObserved();
      cache.store();
      start('a').end();

      await shutdown();
      const collected = new Metrics(await metricsOf(reader));
      await meterProvider.shutdown();

      expect(collected.value('span_cache.span.delivered')).to.equal(1);
    });
  });

  it('is optional, and without it no meter provider is used', async () => {
    const getMeter = sinon.spy(() => {
      throw new Error('not asked for');
    });
    metrics.setGlobalMeterProvider({ getMeter });

    const { cache, start } = startService({ selfObsMeterProvider: undefined });
    cache.store();
    start('span').end();
    await cache.shutdown();
    metrics.disable();

    expect(getMeter.called).to.equal(false);
    expect(cache.stats().spans.delivered).to.equal(1);
  });

  it('all reasons are present from the start, at 0', async () => {
    const { cache, collect } = startObserved();

    const collected = await collect();

    const { spans, events } = cache.stats();
    expect(collected.by(REASON, 'span_cache.span.dropped')).to.deep.equal(spans.dropped);
    expect(collected.by(REASON, 'span_cache.event.dropped')).to.deep.equal(events.dropped);
  });
});

/** Keeps a span processor's queue from being emptied. */
function neverExports(): SpanExporter {
  return { export() {}, async forceFlush() {}, async shutdown() {} };
}
