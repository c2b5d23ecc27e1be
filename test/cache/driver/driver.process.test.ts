import { spawnSync } from 'node:child_process';
import { expect } from 'chai';

const REPOSITORY = new URL('../../..', import.meta.url);

/** Runs a program against the built package, in a process of its own. */
function run(program: string) {
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: REPOSITORY,
    encoding: 'utf8',
    timeout: 20_000,
  });
}

describe('Driver in a process of its own', () => {
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

  it('moves a backlog in an otherwise idle process', () => {
    const program = `
      import { createServer } from 'node:net';
      import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
      import { SpanCache } from 'otel-span-cache';
      const cache = new SpanCache();
      let delivered = 0;
      cache.subscribe(({ spans }) => {
        delivered += spans.length;
        if (delivered === 10_000) server.close();
      });
      // Until the backlog is moved, it is the server alone that keeps the process alive.
      const server = createServer().listen(0, () => {
        const provider = new BasicTracerProvider({ spanProcessors: [cache.spanProcessor] });
        for (let i = 0; i < 10_000; i++) provider.getTracer('test').startSpan('job').end();
      });
    `;

    const { status } = run(program);

    expect(status).to.equal(0);
  });

  it('keeps the process alive for an awaited export', () => {
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
});
