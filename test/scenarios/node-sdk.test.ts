import { trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { newCache } from '../caches.js';
import { globalLogger, NodeSDK, unregisterGlobals } from '../sdk.js';
import { eventNames, names } from './service.js';

/** Keeps out what NodeSDK would add by itself, such as exporters that call a collector. */
const nothingElse = {
  autoDetectResources: false,
  logRecordProcessors: [],
  metricReaders: [],
  instrumentations: [],
};

/** Stands for an application: it uses the API only, and logs in the active span. */
function handleRequest(): void {
  trace.getTracer('app').startActiveSpan('request', (span) => {
    globalLogger().emit({ body: 'handled' });
    span.end();
  });
}

describe('NodeSDK', () => {
  afterEach(unregisterGlobals);

  it('feeds the cache through its span and log record processors', async () => {
    const cache = newCache();
    const subscription = cache.subscribe();
    const sdk = new NodeSDK({
      ...nothingElse,
      serviceName: 'shop',
      spanProcessors: [cache.spanProcessor],
      logRecordProcessors: [cache.logRecordProcessor],
    });
    sdk.start();

    handleRequest();
    cache.flush();

    const { spans } = subscription.take()!;
    expect(names(spans)).to.deep.equal(['request']);
    expect(eventNames(spans[0])).to.deep.equal(['handled']);
    expect(spans[0]!.resource.attributes['service.name']).to.equal('shop');
    await sdk.shutdown();
  });

  it('closes the subscriptions when it shuts down, after they received everything', async () => {
    const cache = newCache();
    const subscription = cache.subscribe();
    const sdk = new NodeSDK({
      ...nothingElse,
      spanProcessors: [cache.spanProcessor],
      logRecordProcessors: [cache.logRecordProcessor],
    });
    sdk.start();

    handleRequest();
    await sdk.shutdown();

    expect(subscription.closed).to.equal(true);
    expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([['handled']]);
  });

  it('feeds the cache as its trace exporter', async () => {
    const cache = newCache();
    const subscription = cache.subscribe();
    const sdk = new NodeSDK({ ...nothingElse, traceExporter: cache.exporter });
    sdk.start();

    handleRequest();
    await sdk.shutdown();

    expect(subscription.closed).to.equal(true);
    expect(names(subscription.take()!.spans)).to.deep.equal(['request']);
  });

  it('loses no span at shutdown when the cache is its trace exporter and log record processor', async () => {
    const cache = newCache();
    const subscription = cache.subscribe();
    const sdk = new NodeSDK({
      ...nothingElse,
      traceExporter: cache.exporter,
      logRecordProcessors: [cache.logRecordProcessor],
    });
    sdk.start();

    handleRequest();
    await sdk.shutdown();

    expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([['handled']]);
  });
});
