import { AsyncLocalStorage } from 'node:async_hooks';
import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { eventually, startService } from '../scenarios/service.js';

const REPOSITORY = new URL('../..', import.meta.url);

/** Runs a program against the built package, in a process of its own. */
function run(program: string) {
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: REPOSITORY,
    encoding: 'utf8',
    timeout: 20_000,
  });
}

describe('Driver', () => {
  it('does not keep the process alive, with an exporter waiting and another that never answers', () => {
    const program = `
      import { BasicTracerProvider, InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
      import { SpanCache } from 'otel-span-cache';
      const cache = new SpanCache();
      cache.subscribe(() => {});
      cache.addExporter(new InMemorySpanExporter(), { scheduledDelayMillis: 60_000 });
      const neverAnswers = { export() {}, shutdown: async () => {} };
      cache.addExporter(neverAnswers, { maxExportBatchSize: 1 });
      const provider = new BasicTracerProvider({ spanProcessors: [cache.spanProcessor] });
      for (let i = 0; i < 1_000; i++) provider.getTracer('test').startSpan('job').end();
      cache.flush();
      process.stdout.write('done');
    `;

    const { status, stdout } = run(program);

    expect([status, stdout]).to.deep.equal([0, 'done']);
  });

  it('moves a backlog in a process that is idle otherwise', () => {
    const program = `
      import { createServer } from 'node:net';
      import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
      import { SpanCache } from 'otel-span-cache';
      const cache = new SpanCache();
      cache.subscribe(() => {});
      const server = createServer().listen(0, () => {
        const provider = new BasicTracerProvider({ spanProcessors: [cache.spanProcessor] });
        for (let i = 0; i < 10_000; i++) provider.getTracer('test').startSpan('job').end();
      });
      setTimeout(() => {
        process.stdout.write('delivered: ' + cache.stats().spans.delivered);
        server.close();
      }, 2_000);
    `;

    const { stdout } = run(program);

    expect(stdout).to.equal('delivered: 10000');
  });

  it('keeps up with a service that ends more spans per turn than a batch holds', async () => {
    const { cache, start } = startService();
    cache.subscribe(() => {});

    for (let turn = 0; turn < 300; turn++) {
      for (let i = 0; i < 600; i++) start('job').end();
      await new Promise(setImmediate);
    }

    expect(cache.stats().spans.received).to.equal(180_000);
    expect(cache.stats().spans.dropped.queue_full).to.equal(0);
  });

  it('keeps the process alive for an exporter that somebody awaits', () => {
    const program = `
      import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
      import { SpanCache } from 'otel-span-cache';
      const cache = new SpanCache();
      cache.addExporter({ export() {}, shutdown: async () => {} }, { exportTimeoutMillis: 50 });
      const provider = new BasicTracerProvider({ spanProcessors: [cache.spanProcessor] });
      provider.getTracer('test').startSpan('job').end();
      await cache.shutdown();
      process.stdout.write('delivered: ' + cache.stats().spans.delivered);
    `;

    const { status, stdout } = run(program);

    expect([status, stdout]).to.deep.equal([0, 'delivered: 1']);
  });

  it('runs in an asynchronous context of its own, not in that of the request that woke it', async () => {
    const { cache, start } = startService();
    const request = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    cache.subscribe(() => seen.push(request.getStore()));

    for (const id of ['first', 'second']) {
      const before = seen.length;
      request.run(id, () => start('job').end());
      await eventually(() => seen.length > before);
    }

    expect(seen).to.deep.equal([undefined, undefined]);
  });

  it('wakes again for what comes after it went to sleep', async () => {
    const { cache, start } = startService();
    const store = cache.subscribe();
    for (let i = 0; i < 3; i++) {
      start('job').end();
      await eventually(() => cache.stats().spans.queued === 0);
    }

    expect(store.take()!.spans).to.have.length(3);
    expect(cache.stats().spans.queued).to.equal(0);
  });

  it('keeps the order when forceFlush() and flush() take turns', async () => {
    const { cache, start } = startService();
    const seen: string[] = [];
    cache.subscribe(({ spans }) => seen.push(...spans.map(({ name }) => name)));
    cache.addExporter({
      export: (_, done) => setImmediate(done, { code: 0 }),
      shutdown: async () => {},
    }, { maxQueueSize: 256 });
    const expected = Array.from({ length: 2_000 }, (_, i) => String(i));
    for (const name of expected.slice(0, 1_500)) start(name).end();

    const flushed = cache.forceFlush();
    await new Promise(setImmediate);
    for (const name of expected.slice(1_500)) start(name).end();
    cache.flush();
    await flushed;

    expect(seen).to.deep.equal(expected);
  });
});
