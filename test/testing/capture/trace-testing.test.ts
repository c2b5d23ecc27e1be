import { join, parse } from 'node:path';
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { AlwaysOffSampler, BasicTracerProvider, InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { newCache } from '../../caches.js';
import { ForeignProviderError, MissingSdkError } from '../../../src/testing/index.js';
import { findUserSdk } from '../../../src/testing/sdk/user-sdk.js';
import { NodeSDK, simpleSpanProcessor } from '../../sdk.js';
import { endedSpan, failureOf, names, startSpan, tracingStarter } from './tracing-tools.js';

describe('traceTesting()', () => {
  const start = tracingStarter();

  describe('when no provider is registered', () => {
    it('installs one, with a logger provider and W3C propagation', async () => {
      const tracing = start();

      const run = await tracing.run(() =>
        trace.getTracer('app').startActiveSpan('job', (span) => {
          const headers: Record<string, string> = {};
          propagation.inject(context.active(), headers);
          logs.getLogger('app').emit({ body: 'hello' });
          span.end();
          return headers;
        }),
      );

      expect(run.result['traceparent']).to.match(/^00-[0-9a-f]{32}-/);
      expect(run.logs.map(({ body }) => body)).to.deep.equal(['hello']);
      expect(run.spans.map(({ name, scope }) => [name, scope])).to.deep.equal([['job', 'app']]);
    });

    it('names the command that installs the missing packages', () => {
      const from = join(parse(process.cwd()).root, 'no-project', 'test.js');

      expect(() => findUserSdk(from)).to.throw(
        MissingSdkError,
        /searching\nfrom \S+no-project[^]*npm install --save-dev @opentelemetry\/sdk-trace-base @opentelemetry\/sdk-logs/,
      );
    });

    it('installs none with install: false, and waits report its absence', async () => {
      const tracing = start({ install: false });
      const run = await tracing.run(() => endedSpan('lost'));

      const error = await failureOf(run.waitForSpan('lost', { timeoutMillis: 1 }));

      expect(error.message).to.match(/No span was captured: no provider is registered/);
    });
  });

  describe('the provider it installs', () => {
    it('is shared by the process: later callers use it, too', async () => {
      const [one, two] = [start(), start()];

      const runs = await Promise.all([one.run(() => endedSpan('a')), two.run(() => endedSpan('b'))]);

      expect(runs.map(({ spans }) => names(spans))).to.deep.equal([['a'], ['b']]);
    });

    it('is removed by its last user', async () => {
      const [one, two] = [start(), start()];

      await one.shutdown();
      expect(startSpan('still').isRecording()).to.equal(true);
      await two.shutdown();

      expect(startSpan('gone').isRecording()).to.equal(false);
      expect(propagation.fields()).to.deep.equal([]);
    });

    it('is installed again if somebody removed it', async () => {
      const tracing = start();
      trace.disable();

      const run = await tracing.run(() => endedSpan('job'));

      expect(names(run.spans)).to.deep.equal(['job']);
    });

    it('reports which spans have an unsampled parent', async () => {
      const tracing = start();
      const parent = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 0, isRemote: true };

      const run = await tracing.run(() =>
        trace.getTracer('app').startSpan('job', {}, trace.setSpanContext(ROOT_CONTEXT, parent)).end(),
      );

      expect(run.explainNoSpans()).to.match(/^unsampled: 1 span had a parent that is not sampled/);
    });
  });

  describe('when a provider is registered', () => {
    const register = (...spanProcessors: unknown[]): BasicTracerProvider => {
      const provider = new BasicTracerProvider({ spanProcessors: spanProcessors as never });
      trace.setGlobalTracerProvider(provider);
      return provider;
    };

    it('rejects a foreign one, and names the processors to add', () => {
      register();

      expect(() => start()).to.throw(
        ForeignProviderError,
        /\(BasicTracerProvider\)[^]*spanProcessors: \[tracing\.spanProcessor\]/,
      );
    });

    it('does not change a foreign one', async () => {
      const exporter = new InMemorySpanExporter();
      register(simpleSpanProcessor(exporter));

      expect(() => start()).to.throw(ForeignProviderError);
      endedSpan('theirs');

      expect(names(exporter.getFinishedSpans())).to.deep.equal(['theirs']);
    });

    it('refuses to run with a foreign one registered later', async () => {
      const tracing = start();
      trace.disable();
      register();

      expect(await failureOf(tracing.run(() => undefined))).to.be.instanceOf(ForeignProviderError);
      trace.disable();
    });

    it('reads one that has its processors, registered before or after', async () => {
      const early = start({ install: false });
      const sdk = new NodeSDK({
        autoDetectResources: false,
        metricReaders: [],
        instrumentations: [],
        spanProcessors: [early.spanProcessor],
        logRecordProcessors: [early.logRecordProcessor],
      });
      sdk.start();
      const late = start();

      const runs = await Promise.all([early, late].map((each) => each.run(() => endedSpan('job'))));

      expect(runs.map(({ spans }) => names(spans))).to.deep.equal([['job'], ['job']]);
      await late.shutdown();
      await early.shutdown();
      expect(startSpan('theirs').isRecording()).to.equal(true);
      await sdk.shutdown();
    });

    it('reports where the spans go instead if no provider has the cache', async () => {
      const tracing = start({ cache: newCache() });
      register();

      const run = await tracing.run(() => endedSpan('job'));

      expect(run.explainNoSpans()).to.match(/^foreign provider/);
    });

    it('reports that a sampler drops everything', async () => {
      trace.setGlobalTracerProvider(new BasicTracerProvider({ sampler: new AlwaysOffSampler() }));
      const tracing = start();

      const run = await tracing.run(() => endedSpan('job'));

      expect(run.explainNoSpans()).to.match(/^unsampled: the sampler/);
    });

    it('counts a span once that arrives through a processor and a cache', async () => {
      const cache = newCache();
      const tracing = start({ cache });
      register(cache.spanProcessor, tracing.spanProcessor, tracing.spanProcessor);

      const run = await tracing.run(() => endedSpan('job'));

      expect(names(run.spans)).to.deep.equal(['job']);
      expect(run.openSpans).to.deep.equal([]);
    });
  });

  describe('scopes', () => {
    it('nest: spans inside belong to the inner one', async () => {
      const tracing = start();

      const outer = await tracing.run(async () => {
        endedSpan('before');
        const inner = await tracing.run(() => endedSpan('inside'));
        endedSpan('after');
        return names(inner.spans);
      });

      expect(outer.result).to.deep.equal(['inside']);
      expect(names(outer.spans)).to.deep.equal(['before', 'after']);
    });

    it('keep the scope in which an error was thrown', async () => {
      const tracing = start();
      const fail = () => {
        throw new Error('no');
      };

      const error = await failureOf(tracing.run(() => tracing.run(fail, { name: 'inner' }), { name: 'outer' }));

      expect((error as Error & { scope: { name: string } }).scope.name).to.equal('inner');
    });

    it('rethrow values that cannot carry a scope', async () => {
      const tracing = start();
      const frozen = Object.freeze(new Error('frozen'));

      expect(await failureOf(tracing.run(() => Promise.reject(frozen)))).to.equal(frozen);
    });

    it('can be opened and closed by hooks, and then own spans outside any scope', () => {
      const tracing = start();

      const scope = tracing.openScope({ name: 'my test' });
      endedSpan('in the test');
      scope.run(() => endedSpan('in its context'));
      expect(scope.closed).to.equal(false);
      scope.close();
      endedSpan('after');

      expect(scope.closed).to.equal(true);
      expect(scope.name).to.equal('my test');
      expect(names(scope.spans)).to.deep.equal(['in the test', 'in its context']);
      expect(names(scope.unowned)).to.deep.equal(['after']);
    });

    it('can be read in their own async context', async () => {
      const tracing = start();

      const run = await tracing.run((scope) => scope === tracing.activeScope);

      expect(run.result).to.equal(true);
      expect(tracing.activeScope).to.equal(undefined);
    });

    it('are readable after shutdown, when new ones are refused', async () => {
      const tracing = start();
      const run = await tracing.run(() => endedSpan('job'));

      await tracing.shutdown();

      expect(names(run.spans)).to.deep.equal(['job']);
      expect(await failureOf(tracing.run(() => undefined))).to.match(/was shut down/);
    });
  });

  it('rejects wrong options', () => {
    expect(() => start({ instal: true } as object)).to.throw(TypeError, /unknown option 'instal'/);
    expect(() => start({ cache: {} as never })).to.throw(TypeError, /^cache must be a SpanCache/);
  });
});
