import { context, trace, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import { useFakeTimers } from 'sinon';
import type { SpanCacheOptions } from '../../../src/index.js';
import { readSettings } from '../../../src/register/environment.js';
import { Printing } from '../../../src/register/print/printing.js';
import { eventually, startService } from '../../scenarios/service.js';
import { traces } from '../printed-traces.js';

interface Setup extends SpanCacheOptions {
  /** Variables besides the one that has traces printed. */
  variables?: Record<string, string>;
  write?: (text: string) => unknown;
}

function startPrinting({ variables = {}, write: given, ...options }: Setup = {}) {
  const service = startService({ trackOpenSpans: true, ...options });
  const printed: string[] = [];
  const write = (text: string) => printed.push(traces(text).replace(/\n$/, ''));
  const env = { OTEL_SPAN_CACHE_PRINT: '1', ...variables };
  const printing = new Printing(
    service.cache,
    { role: 'receiver', closed: false },
    env,
    readSettings(env, expect.fail),
    expect.fail,
    given ?? write,
  );
  const child = (parent: Span, name: string) =>
    service.tracer.startSpan(name, {}, trace.setSpan(context.active(), parent));
  return { ...service, printing, printed, child };
}

describe('Printing', () => {
  it('prints a trace when its root has ended and no further span arrives', async () => {
    const { start, child, cache, printed } = startPrinting();
    const root = start('root');
    const inner = child(root, 'inner');

    root.end();
    cache.flush();
    inner.end();
    cache.flush();
    expect(printed).to.deep.equal([]);
    await eventually(() => printed.length > 0);

    expect(printed).to.deep.equal(['trace · 2 spans\nroot\n└─ inner\n']);
  });

  it('keeps a trace with a long-running root together, even below a remote parent', async () => {
    const { start, tracer, cache, printing, printed } = startPrinting();
    const client = start('client');
    const remote = trace.setSpanContext(context.active(), { ...client.spanContext(), isRemote: true });
    tracer.startSpan('server', {}, remote).end();
    cache.flush();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(printed).to.deep.equal([]);

    client.end();
    printing.finish();

    expect(printed).to.deep.equal(['trace · 2 spans\nclient\n└─ server  ← remote\n']);
  });

  it('filters traces by the variables, and always shows open spans', () => {
    const { start, printing, printed } = startPrinting({ variables: { OTEL_SPAN_CACHE_PRINT_ONLY: 'errors' } });
    start('fine').end();
    start('failed').setStatus({ code: 2 }).end();
    start('open');

    printing.finish();

    expect(printed).to.deep.equal([
      'trace · 1 span · 1 error\nfailed  ✗ ERROR\n',
      'otel-span-cache: spans that have not ended (1):\n',
      'trace · 1 span\nopen  not ended\n',
    ]);
  });

  it('prints lines of JSON if configured to', () => {
    const lines: string[] = [];
    const { start, printing } = startPrinting({
      variables: { OTEL_SPAN_CACHE_PRINT: 'json' },
      write: (text) => lines.push(text),
    });
    start('job').end();
    start('open');

    printing.finish();

    const [job, heading, open] = lines as [string, string, string];
    expect(JSON.parse(job))
      .to.include({ complete: true, pid: process.pid })
      .and.have.nested.property('spans[0].name', 'job');
    expect(heading).to.match(/^otel-span-cache: spans that have not ended/);
    expect(JSON.parse(open)).to.include({ complete: false }).and.have.nested.property('spans[0].open', true);
  });

  it('prints incomplete traces when too many spans wait, and counts them at the end', () => {
    const { start, child, cache, printing, printed } = startPrinting({
      variables: { OTEL_SPAN_CACHE_MAX_UNPRINTED_BYTES: '20000' },
    });
    const root = start('root');
    for (let i = 0; i < 2; i++) child(root, 'child').setAttribute('text', 'x'.repeat(15_000)).end();
    cache.flush();

    expect(printed).to.have.length(1);
    root.end();
    printing.finish();
    expect(printed.at(-1)).to.equal(
      'otel-span-cache: printed early because the waiting spans were too many or too large: 1 trace',
    );
  });

  describe('of unusual spans', () => {
    it('prints names that are not strings', () => {
      const { start, printing, printed } = startPrinting();

      for (const name of [undefined, 404, null, new Error('name')]) start(name as unknown as string).end();
      printing.finish();

      expect(printed.map((text) => text.split('\n')[0])).to.deep.equal(new Array(4).fill('trace · 1 span'));
    });

    it('shows the readable parts of a span, and the rest of its batch', () => {
      const { start, printing, printed } = startPrinting();
      const [odd, even] = [start('odd'), start('even')];
      for (const member of ['attributes', 'parentSpanContext']) {
        Object.defineProperty(odd, member, {
          get() {
            throw new Error('unreadable');
          },
        });
      }

      odd.end();
      even.end();
      printing.finish();

      expect(printed).to.deep.equal([
        'trace · 1 span\n⋯ parent [unreadable] not ended yet, or lost\n└─ odd\n     attributes=[unreadable]\n',
        'trace · 1 span\neven\n',
      ]);
    });
  });

  it('counts the spans that are not written', () => {
    const said: string[] = [];
    const write = (text: string) => {
      if (!text.startsWith('otel-span-cache')) throw new Error('no room');
      said.push(text);
    };
    const { start, printing } = startPrinting({ write });

    start('job').end();
    printing.finish();

    expect(said).to.deep.equal(['otel-span-cache: not shown: 1 span (stderr_full 1)\n']);
  });

  describe('at the end', () => {
    it('prints the spans that have not ended as a tree, with their ended children and log lines, once', () => {
      const { start, child, log, printing, printed } = startPrinting();
      const root = start('root').setAttribute('order', 7);
      child(root, 'ended').end();
      log(child(root, 'stuck'), 'waiting for a lock');

      printing.finish();
      printing.finish();

      expect(printed).to.deep.equal([
        'otel-span-cache: spans that have not ended (2):\n',
        'trace · 3 spans\nroot  not ended\n│ order=7\n├─ ended\n└─ stuck  not ended\n     waiting for a lock\n',
      ]);
    });

    it('shows how an open span failed, and for how long it has been open', () => {
      const printed: string[] = [];
      const { start, printing } = startPrinting({ write: (text) => printed.push(text) });
      const clock = useFakeTimers({ toFake: ['performance'], now: 0 });
      const span = start('stuck').setStatus({ code: 2, message: 'no connection' });
      clock.tick(3_700);

      printing.finish();
      clock.restore();

      expect(span.isRecording()).to.equal(true);
      expect(printed[1]).to.match(/^ {3}3\.7 s {2}━+ {2}stuck {2}not ended {2}✗ no connection$/m);
    });

    it('shows the open spans that started last if they are too many, and counts the others and their log lines', () => {
      const { start, log, printing, printed } = startPrinting();
      log(start('first'), 'lost');
      for (let i = 0; i < 1_000; i++) start('other');

      printing.finish();

      expect(printed[0]).to.equal('otel-span-cache: spans that have not ended (1000):\n');
      expect(printed).to.have.length(1_002).and.to.not.include('trace · 1 span\nfirst  not ended\n');
      expect(printed.at(-1)).to.equal('otel-span-cache: not shown: 1 span (open 1); 1 log event (shutdown 1)');
    });

    it('counts open spans if the cache does not track them', () => {
      const { start, log, printing, printed } = startPrinting({ trackOpenSpans: false });
      log(start('job'), 'lost');

      printing.finish();
      printing.finish();

      expect(printed).to.deep.equal(['otel-span-cache: not shown: 1 span (open 1); 1 log event (shutdown 1)']);
    });

    it('does not count a shown log line as lost when the cache evicts it later', async () => {
      const { start, log, cache, printing, printed } = startPrinting();
      log(start('job'), 'shown');
      printing.finish();

      await cache.shutdown();
      printing.finish();

      expect(printed).to.have.length(2);
      expect(cache.stats().events.orphaned.shutdown).to.equal(1);
    });

    it('counts a span of a lost trace as ended', () => {
      const { start, printing, printed } = startPrinting({ queueCapacity: 1 });

      start('kept').end();
      start('lost').end();
      printing.finish();

      expect(printed).to.have.members(['trace · 1 span\nkept\n', 'otel-span-cache: not shown: 1 span (queue_full 1)']);
    });

    it('reports which log lines took too many bytes while they waited for their span', () => {
      const { start, log, cache, printing, printed } = startPrinting({ maxParkedBytes: 65_536 });
      const root = start('root');
      for (let line = 0; line < 3; line++) log(root, 'x'.repeat(40_000));
      cache.flush();

      const { evicted_bytes: evicted } = cache.stats().events.orphaned;
      expect(evicted).to.be.greaterThan(0);
      root.end();
      printing.finish();

      expect(printed.at(-1)).to.equal(
        `otel-span-cache: not shown: ${evicted} log event${evicted > 1 ? 's' : ''} (evicted_bytes ${evicted})`,
      );
    });

    it('reports which log lines arrived too late', () => {
      const { start, log, cache, printing, printed } = startPrinting();
      const root = start('root');
      root.end();
      cache.flush();

      log(root, 'too late');
      printing.finish();

      expect(printed).to.deep.equal(['trace · 1 span\nroot\n', 'otel-span-cache: not shown: 1 log event (late 1)']);
    });
  });
});
