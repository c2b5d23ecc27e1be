import { context, ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import { useFakeTimers, type SinonFakeTimers } from 'sinon';
import type { SpanCacheOptions } from '../../../src/index.js';
import { TracePrinter } from '../../../src/register/print/trace-printer.js';
import { startService } from '../../scenarios/service.js';
import { traces } from '../printed-traces.js';
import { receive } from '../../../src/threads/index.js';

interface Printing extends SpanCacheOptions {
  maxWaitingSpans?: number;
  maxWaitingBytes?: number;
  othersSend?: () => boolean;
}

function startPrinting(printing: Printing = {}) {
  const { maxWaitingSpans = 10_000, maxWaitingBytes = 2 ** 26, othersSend = () => false, ...options } = printing;
  const service = startService({ trackOpenSpans: true, ...options });
  const printed: string[] = [];
  const write = (text: string) => printed.push(traces(text));
  const printer = new TracePrinter(service.cache, { write, maxWaitingSpans, maxWaitingBytes, othersSend });
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

  describe('of a trace that does not end', () => {
    function startEndless(printing: Printing, attributes = {}) {
      const started = startPrinting(printing);
      const root = started.start('root');
      const endChildren = (count: number) => {
        for (let i = 0; i < count; i++) started.child(root, 'child').setAttributes(attributes).end();
        started.cache.flush();
      };
      return { ...started, root, endChildren };
    }
    const spansIn = (printed: readonly string[]) => printed.map((text) => Number(/^trace · (\d+) span/.exec(text)?.[1]));

    it('prints in parts what came first, as long as too many spans wait, and counts them at the end', () => {
      const { root, endChildren, printer, printed } = startEndless({ maxWaitingSpans: 1_000 });

      endChildren(1_000);
      expect(printed).to.deep.equal([]);
      endChildren(501);
      expect(spansIn(printed)).to.deep.equal([500, 500]);
      root.end();
      printer.finish();

      expect(spansIn(printed.slice(0, 3))).to.deep.equal([500, 500, 502]);
      expect(printed.slice(3)).to.deep.equal([
        'otel-span-cache: printed before their traces had ended, as too many waited: 1000 spans',
      ]);
    });

    it('prints in parts what came first, as long as the trace has too many spans', () => {
      const { endChildren, printed } = startEndless({});

      endChildren(2_000);
      expect(printed).to.deep.equal([]);
      endChildren(501);

      expect(spansIn(printed)).to.deep.equal([500, 500]);
    });

    it('prints in parts what came first, as long as what waits is too large', () => {
      const { endChildren, printed } = startEndless({ maxWaitingBytes: 2 ** 20 }, { text: 'x'.repeat(2 ** 14) });

      endChildren(50);
      expect(printed).to.deep.equal([]);
      endChildren(50);

      expect(spansIn(printed)).to.deep.equal([100]);
    });
  });

  describe('of odd spans', () => {
    it('prints names that are no texts', () => {
      const { start, cache, printed } = startPrinting();

      for (const name of [undefined, 404, null, new Error('name')]) start(name as unknown as string).end();
      cache.flush();

      expect(printed.map((text) => text.split('\n')[0])).to.deep.equal(new Array(4).fill('trace · 1 span'));
    });

    it('counts a span that cannot be read, and prints the rest of its batch', () => {
      const { start, cache, printed } = startPrinting();
      const [odd, even] = [start('odd'), start('even')];
      Object.defineProperty(odd, 'attributes', {
        get() {
          throw new Error('unreadable');
        },
      });
      Object.defineProperty(odd, 'parentSpanContext', {
        get() {
          throw new Error('unreadable');
        },
      });

      odd.end();
      even.end();
      cache.flush();

      expect(printed).to.deep.equal(['trace · 1 span\neven\n', 'otel-span-cache: not shown: 1 span (unreadable 1)']);
    });
  });

  it('counts the spans that are not written', () => {
    const { cache, start } = startService();
    const printed: string[] = [];
    const write = (text: string) => text.startsWith('otel-span-cache') && printed.push(text) > 0;
    const printer = new TracePrinter(cache, { write, maxWaitingBytes: 2 ** 26, othersSend: () => false });

    start('job').end();
    printer.finish();

    expect(printed).to.deep.equal(['otel-span-cache: not shown: 1 span (stderr_full 1)']);
  });

  it('prints nothing more when it is closed, and keeps nothing', () => {
    const { start, child, cache, printer, printed } = startPrinting();
    const root = start('root');
    child(root, 'inner').end();
    cache.flush();

    printer.close();
    root.end();
    cache.flush();

    expect(printed).to.deep.equal([]);
    expect(cache.stats().subscriptions).to.deep.equal([]);
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
    beforeEach(() => (clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })));
    afterEach(() => clock.restore());

    function startBoth() {
      const here = startService();
      const there = startService();
      const printed: string[] = [];
      const write = (text: string) => printed.push(traces(text));
      const timers = { setTimeout, clearTimeout };
      const printer = new TracePrinter(here.cache, { write, maxWaitingBytes: 2 ** 26, othersSend: () => true, timers });
      there.cache.subscribe(({ spans }) => receive(here.cache, { spans }));
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
    it('prints the spans that have not ended as a tree, with what has ended below them and what they logged, once', () => {
      const { start, child, log, printer, printed } = startPrinting();
      const root = start('root').setAttribute('order', 7);
      child(root, 'ended').end();
      log(child(root, 'stuck'), 'waiting for a lock');

      printer.finish();
      printer.finish();

      expect(printed).to.deep.equal([
        'otel-span-cache: spans that have not ended (2):\n',
        'trace · 3 spans\nroot  not ended\n│ order=7\n├─ ended\n└─ stuck  not ended\n     waiting for a lock\n',
      ]);
    });

    it('shows how an open span failed, and for how long it has been open', () => {
      const service = startService({ trackOpenSpans: true });
      const printed: string[] = [];
      const options = { write: (text: string) => printed.push(text), maxWaitingBytes: 2 ** 26, othersSend: () => false };
      const printer = new TracePrinter(service.cache, options);
      const clock = useFakeTimers({ toFake: ['performance'], now: 0 });
      const span = service.start('stuck').setStatus({ code: 2, message: 'no connection' });
      clock.tick(3_700);

      printer.finish();
      clock.restore();

      expect(span.isRecording()).to.equal(true);
      expect(printed[1]).to.match(/^ {3}3\.7 s {2}━+ {2}stuck {2}not ended {2}✗ no connection$/m);
    });

    it('shows the open spans that started last if they are too many, and counts the others and their log lines', () => {
      const { start, log, printer, printed } = startPrinting();
      log(start('first'), 'lost');
      for (let i = 0; i < 1_000; i++) start('other');

      printer.finish();

      expect(printed[0]).to.equal('otel-span-cache: spans that have not ended (1000):\n');
      expect(printed).to.have.length(1_002).and.to.not.include('trace · 1 span\nfirst  not ended\n');
      expect(printed.at(-1)).to.equal('otel-span-cache: not shown: 1 span (open 1); 1 log event (shutdown 1)');
    });

    it('counts open spans where the cache does not know them', () => {
      const { start, log, printer, printed } = startPrinting({ trackOpenSpans: false });
      log(start('job'), 'lost');

      printer.finish();
      printer.finish();

      expect(printed).to.deep.equal(['otel-span-cache: not shown: 1 span (open 1); 1 log event (shutdown 1)']);
    });

    it('does not tell a log line as lost that it has shown, though the cache gives it up afterwards', async () => {
      const { start, log, cache, printer, printed } = startPrinting();
      log(start('job'), 'shown');
      printer.finish();

      await cache.shutdown();
      printer.finish();

      expect(printed).to.have.length(2);
      expect(cache.stats().events.orphaned.shutdown).to.equal(1);
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
