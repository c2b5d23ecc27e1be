import { logs } from '@opentelemetry/api-logs';
import {
  BatchLogRecordProcessor,
  InMemoryLogRecordExporter,
  LoggerProvider,
  type LogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { assertLog, ForeignProviderError } from '../../../src/testing/index.js';
import { newCache } from '../../caches.js';
import { thrownBy } from '../assert/thrown.js';
import { endedSpan, tracingStarter } from '../capture/tracing-tools.js';

describe('The log records of a run', () => {
  const start = tracingStarter();

  const register = (...processors: LogRecordProcessor[]): LoggerProvider => {
    const provider = new LoggerProvider({ processors });
    logs.setGlobalLoggerProvider(provider);
    return provider;
  };

  const batch = () => new BatchLogRecordProcessor({ exporter: new InMemoryLogRecordExporter() });

  describe('with a logger provider whose records go elsewhere', () => {
    it('are an error that names the processor to add', async () => {
      register(batch());
      const run = await start().run(() => logs.getLogger('app').emit({ body: 'paid' }));

      expect(() => run.logs).to.throw(
        ForeignProviderError,
        /\(LoggerProvider\)[^]*logRecordProcessors: \[tracing\.logRecordProcessor\]/,
      );
      expect(() => assertLog(run, { body: 'paid' })).to.throw(ForeignProviderError);
      expect(run.explainNoLogs()).to.match(/^a logger provider that traceTesting\(\) did not install/);
    });

    it('leave nothing to export', async () => {
      const exporter = new InMemoryLogRecordExporter();
      const provider = register(new BatchLogRecordProcessor({ exporter }));
      const run = await start().run(() => undefined);

      expect(() => run.logs).to.throw(ForeignProviderError);
      await provider.forceFlush();

      expect(exporter.getFinishedLogRecords()).to.deep.equal([]);
    });

    it('do not affect a test that reads only spans', async () => {
      register(batch());

      const run = await start().run(() => endedSpan('job'));

      expect(run.spans).to.have.length(1);
    });
  });

  it('arrive from a provider that has our processor, before or after others', async () => {
    const tracing = start();
    for (const processors of [[tracing.logRecordProcessor], [batch(), tracing.logRecordProcessor]]) {
      logs.disable();
      register(...(processors as []));
      const none = await tracing.run(() => undefined);
      const run = await tracing.run(() => logs.getLogger('app').emit({ body: 'paid' }));

      expect(none.logs).to.deep.equal([]);
      expect(run.logs.map(({ body }) => body)).to.deep.equal(['paid']);
    }
  });

  it('stay readable after their provider was shut down', async () => {
    const tracing = start({ install: false });
    const provider = register(tracing.logRecordProcessor);
    const run = await tracing.run(() => undefined);

    await provider.shutdown();

    expect(run.logs).to.deep.equal([]);
    expect(run.explainNoLogs()).to.equal('the registered logger provider accepts no log records. Was it shut down?');
  });

  it('are explained if there are none', async () => {
    const tracing = start();
    const run = await tracing.run(() => undefined);
    const silent = thrownBy(() => assertLog(run, { body: 'paid' }));
    logs.disable();

    expect(silent.message).to.match(
      /^no log matches \{body: paid\}: no log was captured\n\na logger provider is registered and its log records/,
    );
    expect(run.explainNoLogs()).to.equal('no logger provider is registered: log records are no-ops');
    const cached = await start({ cache: newCache() }).run(() => undefined);
    expect(cached.logs).to.deep.equal([]);
    expect(cached.explainNoLogs()).to.match(/^none came through the cache/);
  });

  it('that have no owner can be read from the opening of the run on', async () => {
    const tracing = start();
    const emit = (body: string): void => logs.getLogger('app').emit({ body });
    emit('before');
    const run = await tracing.run(() => undefined);

    emit('after');

    expect(run.logs).to.deep.equal([]);
    expect(run.unownedLogs.map(({ body }) => body)).to.deep.equal(['after']);
    expect(run.explainNoLogs()).to.match(/^unowned: 1 log record was emitted/);
  });
});
