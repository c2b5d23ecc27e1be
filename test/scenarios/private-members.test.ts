import { expect } from 'chai';
import sinon from 'sinon';
import { trace } from '@opentelemetry/api';
import { readSettings } from '../../src/register/environment.js';
import { startSdk, type SdkNode } from '../../src/register/node-sdk.js';
import { globalLogger, NodeSDK, unregisterGlobals } from '../sdk.js';
import { eventNames, names } from './service.js';

/** Exporters that the environment names, none of which calls a collector. */
const EXPORTERS = { OTEL_TRACES_EXPORTER: 'console', OTEL_LOGS_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'none' };

describe('The private members of NodeSDK', () => {
  const before = { ...process.env };

  beforeEach(() => {
    Object.assign(process.env, EXPORTERS);
    sinon.stub(console, 'dir');
  });

  afterEach(() => {
    sinon.restore();
    unregisterGlobals();
    for (const name of Object.keys(EXPORTERS)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });

  it('exist where register reads them: a cache joins the processors of the environment, and all are flushed', async () => {
    const warn = sinon.spy();
    const started = startSdk({ NodeSDK } as unknown as SdkNode, readSettings({}, warn), process.env, undefined, warn);
    const store = started.cache.store();

    trace.getTracer('app').startActiveSpan('request', (span) => {
      globalLogger().emit({ body: 'handled' });
      span.end();
    });
    await started.forceFlush();

    expect(warn.args).to.deep.equal([]);
    const spans = store.getFinishedSpans();
    expect(names(spans)).to.deep.equal(['request']);
    expect(eventNames(spans[0])).to.deep.equal(['handled']);
    sinon.assert.calledTwice(console.dir as sinon.SinonStub);
    const { unexported } = started;
    expect([unexported.spans.count, unexported.logRecords.count]).to.deep.equal([0, 0]);
    await started.shutdown();
  });
});
