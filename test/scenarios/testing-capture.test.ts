import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, propagation, ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { newCache } from '../caches.js';
import { traceTesting, TraceTimeoutError, type TraceTesting } from '../../src/testing/index.js';
import { globalLogger, inSpan, startSdk, unregisterGlobals } from '../sdk.js';

const names = (spans: readonly { name: string }[]): string[] => spans.map(({ name }) => name);

function inNewSpan<T>(name: string, code: (span: Span) => T): T {
  return trace.getTracer('app').startActiveSpan(name, (span) => {
    const result = code(span);
    if (!(result instanceof Promise)) {
      span.end();
      return result;
    }
    return result.finally(() => span.end()) as T;
  });
}

const pause = (millis = 1): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

describe('traceTesting()', () => {
  let tracing: TraceTesting;
  beforeEach(() => {
    unregisterGlobals();
    tracing = traceTesting();
  });
  afterEach(async () => {
    await tracing.shutdown();
    unregisterGlobals();
  });

  describe('run()', () => {
    it('has the result, the ended spans, the open spans, and all of them as trees', async () => {
      let open: Span | undefined;

      const run = await tracing.run(() =>
        inNewSpan('checkout', () => {
          inNewSpan('charge', (span) => span.setAttribute('amount', 7));
          open = trace.getTracer('app').startSpan('email');
          return 'order 1';
        }),
      );

      expect(run.result).to.equal('order 1');
      expect(names(run.spans)).to.deep.equal(['checkout', 'charge']);
      expect(names(run.openSpans)).to.deep.equal(['email']);
      expect(run.traces).to.have.length(1);
      expect(names(run.traces[0]!.roots)).to.deep.equal(['checkout']);
      expect(names(run.traces[0]!.roots[0]!.children)).to.deep.equal(['charge', 'email']);
      expect(run.spans[1]!.attributes).to.deep.equal({ amount: 7 });
      open!.end();
      expect(run.openSpans).to.deep.equal([]);
    });

    it('rethrows an error of the code, with the scope', async () => {
      const failure = new Error('card declined');

      const thrown = await tracing
        .run(() => inNewSpan('charge', () => Promise.reject(failure)))
        .catch((error: unknown) => error as Error & { scope: { spans: { name: string }[] } });

      expect(thrown).to.equal(failure);
      expect(names((thrown as { scope: { spans: { name: string }[] } }).scope.spans)).to.deep.equal(['charge']);
      expect(Object.keys(failure)).to.deep.equal([]);
    });

    it('has the log records, on their own and on their spans', async () => {
      const run = await tracing.run(() => inNewSpan('charge', () => globalLogger().emit({ body: 'declined' })));

      expect(run.logs.map(({ body, spanId }) => [body, spanId])).to.deep.equal([['declined', run.spans[0]!.spanId]]);
      expect(run.spans[0]!.events.map(({ name, body }) => [name, body])).to.deep.equal([['declined', 'declined']]);
    });

    it('adds a log record that arrives after the end to its span', async () => {
      const run = await tracing.run(() => trace.getTracer('app').startSpan('stream'));
      run.result.end();
      const before = run.spans[0]!;

      inSpan(run.result, () => globalLogger().emit({ body: 'closed' }));

      expect(before.events).to.deep.equal([]);
      expect(names(run.spans[0]!.events)).to.deep.equal(['closed']);
    });

    it('keeps overlapping scopes apart', async () => {
      const work = (name: string, millis: number) =>
        tracing.run(() =>
          inNewSpan(name, async () => {
            await pause(millis);
            inNewSpan(`${name} child`, () => undefined);
          }),
        );

      const [one, two] = await Promise.all([work('one', 4), work('two', 1)]);

      expect(names(one.spans)).to.deep.equal(['one', 'one child']);
      expect(names(two.spans)).to.deep.equal(['two', 'two child']);
      expect(one.unowned).to.deep.equal([]);
    });

    it('never shows a late child of one in the next', async () => {
      const one = await tracing.run(() =>
        inNewSpan('one', () => void setTimeout(() => inNewSpan('late', () => undefined), 5)),
      );

      const two = await tracing.run(() => pause(20));

      expect(names(one.spans)).to.deep.equal(['one', 'late']);
      expect(two.spans).to.deep.equal([]);
      expect(two.explainNoSpans()).to.match(/owned by another scope: 1 span/);
    });
  });

  describe('a server in the process', () => {
    let server: Server;
    const listen = (): Promise<void> => {
      server = createServer((request, response) => {
        const parent = propagation.extract(ROOT_CONTEXT, request.headers);
        const span = trace.getTracer('app').startSpan(`GET ${request.url}`, { kind: 1 }, parent);
        context.with(trace.setSpan(parent, span), () => inNewSpan('db', () => undefined));
        response.end(() => span.end());
      });
      return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    };
    const call = (path: string): Promise<void> =>
      inNewSpan(`call ${path}`, () => {
        const headers: Record<string, string> = {};
        propagation.inject(context.active(), headers);
        const { port } = server.address() as AddressInfo;
        return new Promise((resolve, reject) => {
          get({ port, host: '127.0.0.1', path, headers }, (response) => response.resume().on('end', resolve)).on(
            'error',
            reject,
          );
        });
      });
    afterEach(() => new Promise((resolve) => server.close(resolve)));

    it('has its spans with the test that called it, also when tests overlap', async () => {
      await listen();

      const [one, two] = await Promise.all(['/1', '/2'].map((path) => tracing.run(() => call(path))));
      await Promise.all([one!.waitForIdle(), two!.waitForIdle()]);

      expect(names(one!.spans)).to.deep.equal(['call /1', 'GET /1', 'db']);
      expect(names(two!.spans)).to.deep.equal(['call /2', 'GET /2', 'db']);
      expect(one!.traces).to.have.length(1);
      expect(one!.unowned).to.deep.equal([]);
    });

    it('has its spans with the test that called it, also when another test started it', async () => {
      const first = await tracing.run(listen);

      const second = await tracing.run(() => call('/'));
      await second.waitForSpan('GET /');

      expect(names(second.spans)).to.deep.equal(['call /', 'GET /', 'db']);
      expect(first.spans).to.deep.equal([]);
    });

    it('is awaited by the name of its own root', async () => {
      await listen();

      const run = await tracing.run(() => call('/cart'));
      const found = await run.waitForTrace({ root: 'GET /cart' });

      expect(names(found.spans)).to.deep.equal(['call /cart', 'GET /cart', 'db']);
      expect(found.spans.every(({ ended }) => ended)).to.equal(true);
    });
  });

  describe('a span is visible the moment it ends', () => {
    it('with a pending resource', async () => {
      await tracing.shutdown();
      const own = traceTesting({ install: false });
      const resource = {
        attributes: {},
        asyncAttributesPending: true,
        waitForAsyncAttributes: () => new Promise<void>(() => {}),
        merge: () => resource,
        getRawAttributes: () => [],
      };
      const sdk = startSdk({ spanProcessors: [own.spanProcessor], resource: resource as never });

      const run = await own.run(() => sdk.tracer.startSpan('job').end());

      expect(names(run.spans)).to.deep.equal(['job']);
      await own.shutdown();
    });

    it('under fake timers, and waits still end', async () => {
      const clock = sinon.useFakeTimers();
      try {
        const run = await tracing.run(() => {
          setTimeout(() => inNewSpan('later', () => undefined), 60_000);
        });
        const waiting = run.waitForSpan('later');
        clock.tick(60_000);

        expect((await waiting).name).to.equal('later');
        const missed = await run.waitForSpan('never', { timeoutMillis: 10 }).catch((error: unknown) => error);
        expect(missed).to.be.instanceOf(TraceTimeoutError);
      } finally {
        clock.restore();
      }
    });
  });

  describe('with a cache that the provider has', () => {
    it('reads spans and logs through it, at once and per scope', async () => {
      await tracing.shutdown();
      const cache = newCache();
      const { tracer, logger } = startSdk({
        spanProcessors: [cache.spanProcessor],
        logRecordProcessors: [cache.logRecordProcessor],
      });
      const attached = traceTesting({ cache });
      const work = (name: string) =>
        attached.run(async () => {
          const span = tracer.startSpan(name);
          await pause();
          inSpan(span, () => logger.emit({ body: `${name} done` }));
          span.end();
        });

      const [one, two] = await Promise.all([work('one'), work('two')]);

      expect(names(one.spans)).to.deep.equal(['one']);
      expect(names(two.spans)).to.deep.equal(['two']);
      expect(names(two.spans[0]!.events)).to.deep.equal(['two done']);
      await attached.shutdown();
      tracer.startSpan('after').end();
      expect(names(one.spans)).to.deep.equal(['one']);
    });
  });
});
