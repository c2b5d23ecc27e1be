import { context, ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import { useFakeTimers, type SinonFakeTimers } from 'sinon';
import type { SpanCacheOptions } from '../../src/index.js';
import { TracePrinter } from '../../src/register/trace-printer.js';
import { startService } from '../scenarios/service.js';
import { traces } from './programs.js';

interface Printing extends SpanCacheOptions {
  maxWaitingSpans?: number;
  othersSend?: () => boolean;
}

const PRINTER = '../../src/register/trace-printer.js';

function startPrinting({ maxWaitingSpans = 10_000, othersSend = () => false, ...options }: Printing = {}) {
  const service = startService(options);
  const printed: string[] = [];
  const write = (text: string) => printed.push(traces(text));
  const printer = new TracePrinter(service.cache, { write, maxWaitingSpans, othersSend });
  const child = (parent: Span, name: string) =>
    service.tracer.startSpan(name, {}, trace.setSpan(context.active(), parent));
  return { ...service, printer, printed, child };
}

describe('TracePrinter', () => {
  it('prints a trace when its last span has ended, in whichever order', () => {
    const { start, child, cache, printed } = startPrinting();
    const root = start('root');
    const inner = child(root, 'inner');

    root.end();
    cache.flush();
    expect(printed).to.deep.equal([]);

    inner.end();
    cache.flush();
    expect(printed).to.deep.equal(['trace · 2 spans\nroot\n└─ inner\n']);
  });

  it('prints a trace as one whose spans come in several deliveries', () => {
    const { start, child, cache, printed } = startPrinting();
    const root = start('root');

    for (let i = 0; i < 1_000; i++) child(root, 'inner').end();
    root.end();
    cache.flush();

    expect(printed).to.have.length(1);
    expect(printed[0]).to.match(/^trace · 1001 spans\n/);
  });

  it('keeps traces apart', () => {
    const { start, child, cache, printed } = startPrinting();
    const [first, second] = [start('first'), start('second')];

    child(first, 'of the first').end();
    second.end();
    first.end();
    cache.flush();

    expect(printed).to.have.members(['trace · 1 span\nsecond\n', 'trace · 2 spans\nfirst\n└─ of the first\n']);
  });

  it('prints the oldest trace as it is when too many spans wait', () => {
    const { start, child, cache, printed } = startPrinting({ maxWaitingSpans: 2 });
    const [first, second] = [start('first'), start('second')];

    child(first, 'of the first').end();
    child(second, 'of the second').end();
    child(second, 'of the second').end();
    cache.flush();

    expect(printed).to.have.length(1);
    expect(printed[0]).to.match(/^trace · 1 span\n⋯ parent \w+ not ended yet, or lost\n└─ of the first\n$/);
  });

  describe('while other threads may send spans', () => {
    const thread = { attributes: { 'thread.id': 3 } };
    const marked = '│ thread.id=3\n';
    let clock: SinonFakeTimers;
    let TracePrinterThen: typeof TracePrinter;
    before(async () => {
      clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      // The printer keeps the timers that it finds when it is loaded.
      const loaded = (await import(`${PRINTER}?timers=faked`)) as { TracePrinter: typeof TracePrinter };
      TracePrinterThen = loaded.TracePrinter;
    });
    after(() => clock.restore());

    function startBoth() {
      const here = startService();
      const there = startService();
      const printed: string[] = [];
      const write = (text: string) => printed.push(traces(text));
      const printer = new TracePrinterThen(here.cache, { write, othersSend: () => true });
      there.cache.subscribe(({ spans }) => here.cache.receive({ spans }));
      const flush = () => {
        there.cache.flush();
        here.cache.flush();
      };
      const childThere = (name: string, parent: Span, isRemote = true) => {
        const context = trace.setSpanContext(ROOT_CONTEXT, { ...parent.spanContext(), isRemote });
        return there.tracer.startSpan(name, thread, context);
      };
      return { here, childThere, printer, printed, flush };
    }

    it('has a trace wait a moment for a span that is on its way', () => {
      const { here, childThere, printed, flush } = startBoth();
      const root = here.start('root');
      root.end();
      here.cache.flush();

      clock.tick(99);
      expect(printed).to.deep.equal([]);
      childThere('of the other', root).end();
      flush();
      clock.tick(1);

      expect(printed).to.deep.equal([`trace · 2 spans\nroot\n└─ of the other  ← remote\n     thread.id=3\n`]);
    });

    it('has a span wait for its parent in its thread', () => {
      const { here, childThere, printed, flush } = startBoth();
      const root = here.start('root');
      const job = childThere('job', root);
      root.end();
      childThere('step', job, false).end();
      flush();

      clock.tick(100);
      expect(printed).to.deep.equal([]);
      job.end();
      flush();
      clock.tick(100);

      expect(printed).to.have.length(1);
      expect(printed[0]).to.include('trace · 3 spans').and.to.include(marked);
    });
  });

  describe('at the end', () => {
    it('prints what waits, names some of the spans that are open, and does so once', () => {
      const { start, child, printer, printed } = startPrinting();
      const root = start('root');
      child(root, 'inner').end();
      for (let i = 1; i < 8; i++) start(`open ${i}`);

      printer.finish();
      printer.finish();

      expect(printed).to.have.length(2);
      expect(printed[0]).to.match(/└─ inner\n$/);
      expect(printed[1]).to.equal(
        'otel-span-cache: spans that have not ended: root, open 1, open 2, open 3, open 4 and 3 more',
      );
    });

    it('counts a span as ended whose trace was lost', () => {
      const { start, printer, printed } = startPrinting({ queueCapacity: 1 });

      start('kept').end();
      start('lost').end();
      printer.finish();

      expect(printed).to.have.members([
        'trace · 1 span\nkept\n',
        'otel-span-cache: not shown: 1 span (queue_full 1)',
      ]);
    });

    it('says which log lines came too late', () => {
      const { start, log, cache, printer, printed } = startPrinting();
      const root = start('root');
      root.end();
      cache.flush();

      log(root, 'too late');
      printer.finish();

      expect(printed).to.deep.equal(['trace · 1 span\nroot\n', 'otel-span-cache: not shown: 1 log event (late 1)']);
    });
  });
});
