import { ROOT_CONTEXT, SpanStatusCode, trace as traceApi, type Span } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { expect } from 'chai';
import { printTraces, type PrintTracesOptions } from '../../src/index.js';
import { traces as stable } from '../register/printed-traces.js';
import { eventually, startService } from '../scenarios/service.js';

/** Prints at once, to a list. */
function startPrinting(options: PrintTracesOptions = {}, serviceName?: string) {
  const service = startService(
    {},
    serviceName === undefined ? {} : { resource: resourceFromAttributes({ 'service.name': serviceName }) },
  );
  const printed: string[] = [];
  const printing = printTraces(service.cache, { settleMillis: 0, write: (text) => printed.push(text), ...options });
  const end = (name: string, millis = 0, change: (span: Span) => void = () => {}) => {
    const span = service.tracer.startSpan(name, { startTime: 1_000, root: true });
    change(span);
    span.end(1_000 + millis);
    service.cache.flush();
  };
  return { ...service, printed, printing, end };
}

describe('printTraces()', () => {
  it('prints each whole trace as a tree, with the process, and an empty line', async () => {
    const { end, printed, cache } = startPrinting();

    end('job');

    expect(printed).to.have.length(1);
    expect(printed[0]).to.match(new RegExp(`^trace \\w{32} · 1 span · 0 µs · pid ${process.pid}\\n.* job\\n\\n$`));
    await cache.shutdown();
  });

  it('names the service', async () => {
    const { end, printed, cache } = startPrinting({}, 'shop');

    end('job');

    expect(printed[0]).to.match(new RegExp(`^trace .* · shop · pid ${process.pid}\\n`));
    await cache.shutdown();
  });

  it('draws with the options of formatTrace()', async () => {
    const { end, printed, cache } = startPrinting({ timeline: false, attributes: 'none', width: 60 });

    end('job', 3, (span) => span.setAttribute('order', 7));

    expect(printed[0]!.split('\n')[1]).to.equal('    3 ms  job');
    await cache.shutdown();
  });

  describe('of a connection alone', () => {
    const connect = (options?: PrintTracesOptions, millis = 30, change: (span: Span) => void = () => {}) => {
      const { getTracer, cache, printed, printing } = startPrinting(options);
      const span = getTracer('@opentelemetry/instrumentation-net').startSpan('tcp.connect', {
        startTime: 1_000,
        root: true,
      });
      change(span.setAttribute('net.peer.port', 4318));
      span.end(1_000 + millis);
      cache.flush();
      return { printed, filtered: printing.stats().filtered };
    };

    it('prints nothing', () => {
      expect(connect()).to.deep.equal({ printed: [], filtered: 1 });
    });

    it('prints it if it is slow, failed, or has attributes of its own', () => {
      const all = [
        connect({}, 60),
        connect({}, 30, (span) => span.setStatus({ code: SpanStatusCode.ERROR })),
        connect({}, 30, (span) => span.setAttribute('order', 7)),
      ];

      for (const { printed } of all) expect(printed).to.have.length(1);
    });

    it('prints it if folding is off, if a filter selects it, and as JSON', () => {
      for (const options of [
        { fold: false },
        { only: { name: 'tcp' } },
        { only: { slowerThanMillis: 20 } },
        { format: 'json' },
      ] as const) {
        expect(connect(options).printed).to.have.length(1);
      }
    });
  });

  it('prints one line of JSON for each trace', async () => {
    const { start, tracer, log, printed, cache } = startPrinting({ format: 'json' }, 'shop');
    const root = start('GET /orders');
    const remote = traceApi.setSpanContext(ROOT_CONTEXT, { ...root.spanContext(), isRemote: true });
    const child = tracer.startSpan('load', { startTime: [1_700_000_000, 5], kind: 2 }, remote);
    log(child, 'loading');
    child.setAttributes({ tags: ['a', 'b'], id: 7 }).addEvent('found', { rows: 2 }, [1_700_000_000, 6]);
    child.setStatus({ code: SpanStatusCode.ERROR, message: 'no row' }).end([1_700_000_001, 5]);
    root.end();
    cache.flush();

    const lines = printed.join('').split('\n');
    expect(lines).to.have.length(2);
    const trace = JSON.parse(lines[0]!) as { spans: Record<string, unknown>[] };
    expect(trace).to.deep.include({
      traceId: root.spanContext().traceId,
      complete: true,
      service: 'shop',
      pid: process.pid,
    });
    const [{ events, ...span }] = trace.spans as [{ events: { name: string; body?: string }[] }];
    expect(span).to.deep.equal({
      spanId: child.spanContext().spanId,
      parentSpanId: root.spanContext().spanId,
      remoteParent: true,
      name: 'load',
      kind: 'client',
      startTime: '2023-11-14T22:13:20.000000005Z',
      durationMillis: 1_000,
      error: 'no row',
      scope: (span as { scope?: string }).scope,
      attributes: { tags: ['a', 'b'], id: 7 },
    });
    expect(events[0]).to.deep.equal({ name: 'found', time: '2023-11-14T22:13:20.000000006Z', attributes: { rows: 2 } });
    expect(events[1]).to.include({ name: 'loading', body: 'loading' });
    expect(trace.spans[1]).to.have.keys('spanId', 'name', 'kind', 'startTime', 'durationMillis', 'scope');
    await cache.shutdown();
  });

  describe('with only', () => {
    const names = (printed: readonly string[]) => printed.map((text) => stable(text).split('\n')[1]!.split('  ')[0]);

    it('errors prints traces with a failed span, an exception or a line of severity ERROR', async () => {
      const { end, logger, printed, printing, cache } = startPrinting({ only: { errors: true } });
      const logging = (severityNumber: number) => (span: Span) =>
        logger.emit({ severityNumber, body: 'line', context: traceApi.setSpan(ROOT_CONTEXT, span) });

      end('fine');
      end('warned', 0, logging(16));
      end('logged', 0, logging(17));
      end('exception logged', 0, (span) => {
        logger.emit({ eventName: 'exception', severityNumber: 9, context: traceApi.setSpan(ROOT_CONTEXT, span) });
      });
      end('failed', 0, (span) => span.setStatus({ code: SpanStatusCode.ERROR }));
      end('threw', 0, (span) => span.recordException(new Error('no')));

      expect(names(printed)).to.deep.equal(['logged', 'exception logged', 'failed', 'threw']);
      expect(printing.stats()).to.include({ printed: 4, filtered: 2 });
      await cache.shutdown();
    });

    it('slowerThanMillis prints traces that took longer', async () => {
      const { end, printed, cache } = startPrinting({ only: { slowerThanMillis: 200 } });

      end('just', 200);
      end('slow', 201);

      expect(names(printed)).to.deep.equal(['slow']);
      await cache.shutdown();
    });

    for (const name of [/orders/g, 'orders']) {
      it(`name ${String(name)} prints traces with a span of such a name, each time`, async () => {
        const { end, printed, cache } = startPrinting({ only: { name } });

        for (const path of ['/orders', '/products', '/orders']) end(`GET ${path}`);

        expect(names(printed)).to.deep.equal(['GET /orders', 'GET /orders']);
        await cache.shutdown();
      });
    }

    it('several conditions prints traces that meet all of them', async () => {
      const { end, printed, cache } = startPrinting({ only: { name: 'orders', slowerThanMillis: 100 } });

      end('orders', 50);
      end('products', 150);
      end('orders slow', 150);

      expect(names(printed)).to.deep.equal(['orders slow']);
      await cache.shutdown();
    });
  });

  it('draws a large trace in parts, one at a time', async () => {
    const { start, tracer, cache, printed, printing } = startPrinting();
    const root = start('root');
    const inRoot = traceApi.setSpan(ROOT_CONTEXT, root);
    for (let i = 0; i < 4_500; i++) tracer.startSpan('child', {}, inRoot).end();
    root.end();
    cache.flush();

    expect(printed).to.have.length(1);
    await eventually(() => printed.length === 3);

    expect(printed.map((text) => / · (\d+) spans/.exec(text)![1])).to.deep.equal(['2000', '2000', '501']);
    expect(printed.map((text) => / · (part .*)/.exec(text)![1])).to.deep.equal([
      'part 1 of 3',
      'part 2 of 3',
      'part 3 of 3',
    ]);
    expect(printing.stats()).to.include({ printed: 1, waiting: 0 });
    await cache.shutdown();
  });

  it('ignores the result of write(): a stream returns false while its buffer is full', async () => {
    const { end, printing, cache } = startPrinting({ write: () => false });

    end('job');

    expect(printing.stats()).to.include({ printed: 1, unwrittenSpans: 0 });
    await cache.shutdown();
  });

  it('continues after a write() that throws, and counts the unwritten spans', async () => {
    const printed: string[] = [];
    const write = (text: string) => {
      if (text.includes('bad')) throw new Error('no room');
      printed.push(text);
    };
    const { end, printing, cache } = startPrinting({ write });

    for (const name of ['good', 'bad', 'good']) end(name);

    expect(printed).to.have.length(2);
    expect(printing.stats()).to.include({ printed: 2, unwrittenSpans: 1 });
    await cache.shutdown();
  });

  it('waits for the promise of write() before the next trace, and counts one that rejects', async () => {
    const endings: ((error?: Error) => void)[] = [];
    const write = () => {
      return new Promise<void>((resolve, reject) => endings.push((error) => (error ? reject(error) : resolve())));
    };
    const { end, printing, cache } = startPrinting({ write });

    for (const name of ['one', 'two']) end(name);
    expect(endings).to.have.length(1);
    endings[0]!(new Error('disk full'));
    await eventually(() => endings.length === 2);
    endings[1]!();
    await eventually(() => printing.stats().printed === 1);

    expect(printing.stats()).to.include({ printed: 1, unwrittenSpans: 1 });
    await cache.shutdown();
  });

  it('prints nothing more when it is closed', async () => {
    const { end, printed, printing, cache } = startPrinting();

    printing[Symbol.dispose]();
    end('job');

    expect(printing.closed).to.equal(true);
    expect(printed).to.deep.equal([]);
    await cache.shutdown();
  });

  describe('refuses', () => {
    const { cache } = startService();
    const WRONG: [options: object, message: string][] = [
      [{ format: 'text' }, "format must be 'tree' or 'json', got 'text' (string)"],
      [{ only: null }, 'only must be an object, got null (null)'],
      [{ only: [] }, 'only must be an object, got [] (object)'],
      [
        { only: { error: true } },
        "unknown option 'error': an option of only must be one of errors, slowerThanMillis, name",
      ],
      [{ only: { errors: 1 } }, 'only.errors must be true or false, got 1 (number)'],
      [
        { only: { slowerThanMillis: '1s' } },
        "only.slowerThanMillis must be a number of milliseconds from 0 to 2147483647, got '1s' (string)",
      ],
      [{ only: { slowerThanMillis: -1 } }, 'only.slowerThanMillis must be'],
      [{ only: { name: 5 } }, 'only.name must be a string or a RegExp, got 5 (number)'],
      [{ write: 'stderr' }, "write must be a function, got 'stderr' (string)"],
      [{ width: 3 }, 'width must be'],
      [{ settleMillis: -1 }, 'settleMillis must be'],
      [{ colour: true }, "unknown option 'colour'"],
    ];
    for (const [options, message] of WRONG) {
      it(`the options ${JSON.stringify(options)}`, () => {
        expect(() => printTraces(cache, options)).to.throw(message);
        expect(cache.stats().subscriptions).to.deep.equal([]);
      });
    }

    it('a value that is not a cache', () => {
      expect(() => printTraces({} as never)).to.throw(TypeError, 'cache must be a SpanCache, got {} (object)');
    });
  });
});
