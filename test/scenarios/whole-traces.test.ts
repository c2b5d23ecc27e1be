import { AsyncLocalStorage } from 'node:async_hooks';
import { diag, ROOT_CONTEXT, trace as traceApi, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import type { DeliveredSpan, SpanCacheOptions, Trace, WholeTraceOptions } from '../../src/index.js';
import { eventually, listenToWarnings, names, startService, type Service } from './service.js';

/** Longer than any test takes, so that its timers never fire. */
const NEVER = 60_000;

function startWatching(options: WholeTraceOptions = {}, cacheOptions?: SpanCacheOptions) {
  const service = startService(cacheOptions);
  const traces: Trace[] = [];
  const subscription = service.cache.subscribeToTraces((trace) => traces.push(trace), options);
  return { ...service, traces, subscription };
}

function childOf({ tracer }: Service, parent: Span, name: string, isRemote = false, attributes = {}): Span {
  const context = isRemote ? { ...parent.spanContext(), isRemote } : parent.spanContext();
  return tracer.startSpan(name, { attributes }, traceApi.setSpanContext(ROOT_CONTEXT, context));
}

/** The span names of a trace, and whether it is complete. */
function shown({ spans, complete }: Trace): [string[], boolean] {
  return [names(spans), complete];
}

describe('cache.subscribeToTraces()', () => {
  it('delivers a trace once its local root has ended and no further span arrived for a while', async () => {
    const service = startWatching({ settleMillis: 20 });
    const root = service.start('root');
    const [first, second] = [childOf(service, root, 'first'), childOf(service, root, 'second')];
    first.end();
    root.end();
    service.cache.flush();
    second.end();
    service.cache.flush();
    expect(service.traces).to.deep.equal([]);

    await eventually(() => service.traces.length > 0);

    const [{ traceId, roots, complete }] = service.traces as [Trace];
    expect(traceId).to.equal(root.spanContext().traceId);
    expect(roots.map(({ span, children }) => [span.name, children.map((child) => child.span.name)])).to.deep.equal([
      ['root', ['first', 'second']],
    ]);
    expect(complete).to.equal(true);
    await service.cache.shutdown();
  });

  it('with settleMillis: 0 delivers it in the delivery that brings the root', async () => {
    const { start, cache, traces } = startWatching({ settleMillis: 0 });

    start('root').end();
    cache.flush();

    expect(traces.map(shown)).to.deep.equal([[['root'], true]]);
    await cache.shutdown();
  });

  it('treats a span with a remote parent as a local root', async () => {
    const service = startWatching({ settleMillis: 0 });

    childOf(service, service.start('far'), 'server', true).end();
    service.cache.flush();

    expect(service.traces.map(shown)).to.deep.equal([[['server'], true]]);
    await service.cache.shutdown();
  });

  it('waits for a remote parent that is open in this process, if the cache tracks open spans', async () => {
    const service = startWatching({ settleMillis: 0, timeoutMillis: 10 }, { trackOpenSpans: true });
    const client = service.start('client');

    childOf(service, client, 'server', true).end();
    service.cache.flush();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(service.traces).to.deep.equal([]);
    client.end();
    service.cache.flush();

    expect(service.traces.map(shown)).to.deep.equal([[['server', 'client'], true]]);
    await service.cache.shutdown();
  });

  it('delivers a trace without a root after a silence, incomplete', async () => {
    const service = startWatching({ settleMillis: 0, timeoutMillis: 20 });
    const root = service.start('root');
    childOf(service, root, 'child').end();
    service.cache.flush();

    await eventually(() => service.traces.length > 0);
    root.end();
    service.cache.flush();

    expect(service.traces.map(shown)).to.deep.equal([
      [['child'], false],
      [['root'], false],
    ]);
    await service.cache.shutdown();
  });

  it('delivers later spans as a further trace of that id, incomplete', async () => {
    const service = startWatching({ settleMillis: 0 });
    const root = service.start('root');
    const late = childOf(service, root, 'late');
    root.end();
    service.cache.flush();

    late.end();
    service.cache.flush();

    expect(service.traces.map(shown)).to.deep.equal([
      [['root'], true],
      [['late'], false],
    ]);
    expect(new Set(service.traces.map(({ traceId }) => traceId)).size).to.equal(1);
    await service.cache.shutdown();
  });

  it('does not call a trace complete in which a parent is missing', async () => {
    const service = startWatching({ settleMillis: 0 });
    const root = service.start('root');
    childOf(service, childOf(service, root, 'lost'), 'grandchild').end();
    root.end();
    service.cache.flush();

    expect(service.traces.map(shown)).to.deep.equal([[['grandchild', 'root'], false]]);
    await service.cache.shutdown();
  });

  it('replaces an amended span while its trace waits, and delivers it alone afterwards', async () => {
    const service = startWatching({ settleMillis: NEVER }, { lateEvents: 'amend' });
    const [one, two] = [service.start('one'), service.start('two')];
    for (const span of [one, two]) span.end();
    service.cache.flush();
    service.log(one, 'late');

    const taken = service.subscription.take().flatMap(({ spans }) => spans as DeliveredSpan[]);
    expect(taken.map(({ name, revision = 0, events }) => [name, revision, events.length])).to.deep.equal([
      ['one', 1, 1],
      ['two', 0, 0],
    ]);
    service.log(two, 'later');
    expect(service.subscription.take().map(shown)).to.deep.equal([[['two'], false]]);
    await service.cache.shutdown();
  });

  describe('when too many spans wait', () => {
    it('delivers the trace that has waited longest, incomplete, at maxSpans', async () => {
      const service = startWatching({ settleMillis: NEVER, maxSpans: 3 });
      const [first, second] = [service.start('first'), service.start('second')];
      for (const [parent, name] of [
        [first, 'a'],
        [second, 'b'],
        [first, 'c'],
        [second, 'd'],
      ] as const) {
        childOf(service, parent, name).end();
      }
      service.cache.flush();

      expect(service.traces.map(shown)).to.deep.equal([[['a', 'c'], false]]);
      expect(service.subscription.stats().traces).to.deep.equal({
        waiting: 1,
        delivered: 1,
        incomplete: 1,
        evicted: 1,
      });
      await service.cache.shutdown();
    });

    it('delivers it at maxBytes, too', async () => {
      const service = startWatching({ settleMillis: NEVER, maxBytes: 20_000 });
      for (const name of ['large', 'small']) service.start(name).setAttribute('text', 'x'.repeat(15_000)).end();
      service.cache.flush();

      expect(service.traces.map(shown)).to.deep.equal([[['large'], false]]);
      expect(service.subscription.stats().queuedBytes).to.be.within(15_000, 20_000);
      await service.cache.shutdown();
    });

    it('drops the oldest trace if the function is too slow, and passes it the number of lost spans', async () => {
      const service = startService();
      const got: [string[], number][] = [];
      let goOn = () => {};
      const subscription = service.cache.subscribeToTraces(
        ({ spans }, dropped) => {
          got.push([names(spans), dropped]);
          return new Promise<void>((resolve) => (goOn = resolve));
        },
        { settleMillis: 0, maxSpans: 2 },
      );

      for (const name of ['1', '2', '3', '4']) {
        service.start(name).end();
        service.cache.flush();
      }
      goOn();
      await eventually(() => got.length === 2);

      expect(got).to.deep.equal([
        [['1'], 0],
        [['3'], 1],
      ]);
      expect(subscription.stats()).to.include({ delivered: 2, dropped: 1, droppedByBytes: 0, queued: 1 });
      subscription.close();
      await service.cache.shutdown();
    });

    it('counts spans dropped for their bytes apart', async () => {
      const service = startService();
      const subscription = service.cache.subscribeToTraces(() => new Promise(() => {}), {
        settleMillis: 0,
        maxBytes: 12_000,
      });

      for (const name of ['1', '2', '3']) {
        service.start(name).setAttribute('text', 'x'.repeat(8_000)).end();
        service.cache.flush();
      }

      expect(subscription.stats()).to.include({ delivered: 1, dropped: 1, droppedByBytes: 1, queued: 1 });
      subscription.close();
      await service.cache.shutdown();
    });
  });

  it('returns waiting traces by take(), complete or not, without calling the function', async () => {
    const service = startWatching({ settleMillis: NEVER });
    const open = service.start('open');
    childOf(service, open, 'child').end();
    service.start('root').end();

    expect(service.subscription.take().map(shown)).to.deep.equal([
      [['child'], false],
      [['root'], true],
    ]);
    expect(service.subscription.take()).to.deep.equal([]);
    expect(service.traces).to.deep.equal([]);
    expect(service.subscription.stats()).to.include({ kind: 'traces', delivered: 2, queued: 0, queuedBytes: 0 });
    await service.cache.shutdown();
  });

  it('delivers waiting traces when the cache shuts down', async () => {
    const service = startWatching({ settleMillis: NEVER });
    const open = service.start('open');
    childOf(service, open, 'child').end();
    service.start('root').end();

    await service.cache.shutdown();

    expect(service.traces.map(shown)).to.deep.equal([
      [['child'], false],
      [['root'], true],
    ]);
    expect(service.subscription.closed).to.equal(true);
  });

  it('delivers nothing more when it is closed', async () => {
    const service = startWatching({ settleMillis: NEVER });
    service.start('root').end();
    service.cache.flush();

    service.subscription[Symbol.dispose]();
    await service.cache.shutdown();

    expect(service.traces).to.deep.equal([]);
    expect(service.subscription.stats()).to.include({ queued: 0, queuedBytes: 0 });
  });

  it('does not wait for an open parent that the filter excludes', async () => {
    const filter = { scopes: { exclude: ['layers'] } };
    const service = startWatching({ settleMillis: 20, timeoutMillis: NEVER }, { trackOpenSpans: true, filter });
    const root = service.start('root');
    const layer = service.getTracer('layers').startSpan('layer', {}, traceApi.setSpan(ROOT_CONTEXT, root));
    childOf(service, layer, 'query').end();
    service.cache.flush();
    layer.end();
    root.end();
    service.cache.flush();

    await eventually(() => service.traces.length > 0);

    expect(service.traces.map(shown)).to.deep.equal([[['query', 'root'], false]]);
    await service.cache.shutdown();
  });

  it('counts an error of the function, reports it once, and continues', async () => {
    const service = startService();
    const warnings: unknown[] = [];
    listenToWarnings((...words) => warnings.push(words.join(' ')));
    let calls = 0;
    const subscription = service.cache.subscribeToTraces(
      () => {
        if (++calls === 1) throw new Error('no');
        return Promise.reject(new Error('no'));
      },
      { settleMillis: 0 },
    );

    for (const name of ['1', '2', '3']) {
      service.start(name).end();
      service.cache.flush();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    diag.disable();

    expect(calls).to.equal(3);
    expect(subscription.stats().errors).to.equal(3);
    expect(warnings.filter((warning) => String(warning).includes('a trace subscriber failed'))).to.have.length(1);
    await service.cache.shutdown();
  });

  it('calls the function outside of the request, and does not trace it', async () => {
    const storage = new AsyncLocalStorage<string>();
    const service = startService();
    const seen: unknown[] = [];
    service.cache.subscribeToTraces(
      () => {
        service.tracer.startSpan('own').end();
        seen.push(storage.getStore());
      },
      { settleMillis: 5 },
    );

    storage.run('request', () => {
      service.start('root').end();
      service.cache.flush();
    });
    await eventually(() => seen.length > 0);
    service.cache.flush();

    expect(seen).to.deep.equal([undefined]);
    expect(service.cache.stats().spans.received).to.equal(1);
    await service.cache.shutdown();
  });

  it('drops an unreadable span alone', async () => {
    const { start, cache, subscription } = startWatching({ settleMillis: NEVER });
    const odd = start('odd');
    odd.end();
    for (const member of ['attributes', 'parentSpanContext', 'startTime', 'events', 'name']) {
      Object.defineProperty(odd, member, {
        get() {
          throw new Error('unreadable');
        },
      });
    }
    start('even').end();

    expect(subscription.take()).to.have.length(2);
    await cache.shutdown();
  });

  describe('refuses', () => {
    const { cache } = startService();
    const WRONG: [options: object, message: string][] = [
      [{ settleMillis: -1 }, 'settleMillis must be a number of milliseconds from 0 to 2147483647, got -1 (number)'],
      [{ timeoutMillis: '5' }, "timeoutMillis must be a number of milliseconds from 1 to 2147483647, got '5' (string)"],
      [{ maxSpans: 0 }, 'maxSpans must be a positive integer, got 0 (number)'],
      [{ maxBytes: 1.5 }, 'maxBytes must be a positive integer, got 1.5 (number)'],
      [{ settle: 1 }, "unknown option 'settle'"],
    ];
    for (const [options, message] of WRONG) {
      it(`the options ${JSON.stringify(options)}`, () => {
        expect(() => cache.subscribeToTraces(() => {}, options)).to.throw(message);
      });
    }

    it('a value that is not a function', () => {
      expect(() => cache.subscribeToTraces({} as never)).to.throw(
        TypeError,
        'callback must be a function, got {} (object)',
      );
    });
  });
});
