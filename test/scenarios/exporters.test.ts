import { context, diag, ROOT_CONTEXT, trace, type Context, type ContextManager, type Span } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { expect } from 'chai';
import sinon from 'sinon';
import type { DeliveredSpan, ExporterHandle, ReadableSpan, SpanCache, SpanExporter } from '../../src/index.js';
import type { ExportResult } from '../../src/model/otel.js';
import { SPAN_MEMBERS } from '../../src/model/span-members.js';
import {
  batchSpanProcessor,
  ConsoleSpanExporter,
  InMemorySpanExporter,
  JsonTraceSerializer,
  ProtobufTraceSerializer,
  SamplingDecision,
  simpleSpanProcessor,
} from '../sdk.js';
import { eventNames, listenToWarnings, names, startService, type Service } from './service.js';
import { receive } from '../../src/threads/index.js';

/** An exporter whose exports finish when the test says so, or when it is over. */
class ManualExporter implements SpanExporter {
  static readonly #made: ManualExporter[] = [];
  readonly exports: { spans: ReadableSpan[]; done: (result: ExportResult) => void }[] = [];
  readonly shutdown = sinon.spy(async () => {});
  #manual = true;

  /** Has all of them answer: after a test, so that its caches shut down at once. */
  static release(): void {
    for (const exporter of this.#made.splice(0)) {
      exporter.#manual = false;
      for (const { done } of exporter.exports) done({ code: 0 });
    }
  }

  constructor() {
    ManualExporter.#made.push(this);
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exports.push({ spans, done });
    if (!this.#manual) done({ code: 0 });
  }
}

/** Keeps the context of a call while the call is on the stack, as context managers for browsers do. */
class StackContextManager implements ContextManager {
  #current = ROOT_CONTEXT;

  active(): Context {
    return this.#current;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    code: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    const before = this.#current;
    this.#current = active;
    try {
      return code.call(thisArg as never, ...args);
    } finally {
      this.#current = before;
    }
  }

  bind<T>(_: Context, target: T): T {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}

/** The span as an object of a foreign class. */
function ofOtherClass(span: DeliveredSpan): DeliveredSpan {
  return new Proxy(span, {
    get: (target, member) => Reflect.get(target, member) as unknown,
    getPrototypeOf: () => Object.prototype,
  });
}

const settle = () => new Promise(setImmediate);

describe('An exporter subscription', () => {
  let warnings: string[];

  beforeEach(() => {
    warnings = [];
    listenToWarnings((...args: unknown[]) => warnings.push(args.join(' ')));
  });

  afterEach(() => {
    diag.disable();
    sinon.restore();
    ManualExporter.release();
  });

  it('exports spans with their log events when flushed', async () => {
    const { cache, start, log } = startService();
    const exporter = new InMemorySpanExporter();
    cache.addExporter(exporter);
    const span = start('job');
    log(span, 'x');
    span.end();

    await cache.forceFlush();

    expect(exporter.getFinishedSpans().map(eventNames)).to.deep.equal([['x']]);
  });

  it('exports sampled spans only', async () => {
    const sampler = {
      shouldSample: (_c: unknown, _t: string, name: string) => ({
        decision: name === 'sampled' ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.RECORD,
      }),
      toString: () => 'by name',
    };
    const { cache, start } = startService({}, { sampler });
    const exporter = new InMemorySpanExporter();
    const store = cache.store();
    cache.addExporter(exporter);

    start('sampled').end();
    start('recorded only').end();
    await cache.forceFlush();

    expect(names(exporter.getFinishedSpans())).to.deep.equal(['sampled']);
    expect(names(store.getFinishedSpans())).to.deep.equal(['sampled', 'recorded only']);
  });

  it('exports a full batch at once and a partial one after the scheduled delay', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { cache, start } = startService();
    const exporter = new ManualExporter();
    cache.addExporter(exporter, { maxExportBatchSize: 2, scheduledDelayMillis: 1_000 });

    for (const name of ['a', 'b', 'c']) start(name).end();
    cache.flush();
    await settle();
    const atOnce = exporter.exports.map(({ spans }) => names(spans));
    exporter.exports[0]!.done({ code: 0 });
    await settle();
    clock.tick(999);
    await settle();
    const before = exporter.exports.length;
    clock.tick(1);
    await settle();

    expect(atOnce).to.deep.equal([['a', 'b']]);
    expect(before).to.equal(1);
    expect(names(exporter.exports[1]!.spans)).to.deep.equal(['c']);
  });

  it('runs one export at a time', async () => {
    const { cache, start } = startService();
    const exporter = new ManualExporter();
    cache.addExporter(exporter, { maxExportBatchSize: 1 });

    for (const name of ['a', 'b']) start(name).end();
    cache.flush();
    await settle();
    const whileBusy = exporter.exports.length;
    exporter.exports[0]!.done({ code: 0 });
    await settle();

    expect(whileBusy).to.equal(1);
    expect(exporter.exports).to.have.length(2);
  });

  it('runs one export at a time, regardless of the number of waiting calls', async () => {
    const { cache, start } = startService();
    let running = 0;
    let most = 0;
    const handle = cache.addExporter(
      {
        export(_, done) {
          most = Math.max(most, ++running);
          setImmediate(() => {
            running--;
            done({ code: 0 });
          });
        },
        shutdown: async () => {},
      },
      { maxExportBatchSize: 1, scheduledDelayMillis: 1_000 },
    );
    for (let i = 0; i < 5; i++) start('job').end();

    await Promise.all([cache.forceFlush(), cache.forceFlush(), handle.forceFlush()]);

    expect(most).to.equal(1);
    expect(cache.stats().subscriptions[0]).to.include({ delivered: 5, queued: 0 });
  });

  it('loses whole batches when the exporter is too slow, counts and reports them once', async () => {
    const { cache, start } = startService();
    cache.addExporter(new ManualExporter(), { maxQueueSize: 3, maxExportBatchSize: 1 });

    for (let i = 0; i < 10; i++) {
      start('job').end();
      cache.flush();
    }
    await settle();

    const [stats] = cache.stats().subscriptions;
    expect(stats!.dropped + stats!.queued).to.equal(10);
    expect(stats!.dropped).to.be.greaterThan(5);
    expect(warnings.filter((line) => line.includes('queue of an exporter is full'))).to.have.length(1);
  });

  it('loses nothing in forceFlush(), which runs at the pace of the exporter', async () => {
    const { cache, start } = startService();
    const exported: string[] = [];
    const exporter: SpanExporter = {
      export(spans, done) {
        exported.push(...names(spans));
        setImmediate(() => done({ code: 0 }));
      },
      shutdown: async () => {},
    };
    cache.addExporter(exporter, { maxQueueSize: 300, maxExportBatchSize: 100 });
    const expected = Array.from({ length: 5_000 }, (_, i) => String(i));
    for (const name of expected) start(name).end();

    await cache.forceFlush();

    expect(exported).to.deep.equal(expected);
    expect(cache.stats().subscriptions[0]).to.include({ delivered: 5_000, dropped: 0 });
  });

  const FAILURES: Record<string, SpanExporter['export']> = {
    'reports a failure': (_, done) => done({ code: 1, error: new Error('refused') }),
    'reports a failure without an error': (_, done) => done({ code: 1 }),
    throws: () => {
      throw new Error('broken');
    },
  };

  for (const [what, fail] of Object.entries(FAILURES)) {
    it(`that ${what} is counted, reported once per episode, and called again`, async () => {
      const { cache, start } = startService();
      const exporter = { export: sinon.spy(fail), shutdown: async () => {} };
      cache.addExporter(exporter);

      for (let i = 0; i < 2; i++) {
        start('job').end();
        await cache.forceFlush();
      }

      expect(exporter.export.callCount).to.equal(2);
      expect(cache.stats().subscriptions[0]).to.include({ failed: 2, errors: 2, delivered: 0 });
      expect(warnings.filter((line) => line.includes('an export failed'))).to.have.length(1);
    });
  }

  it('that fails again after a success is reported again', async () => {
    const { cache, start } = startService();
    const codes = [1, 0, 1];
    cache.addExporter({
      export: (_, done) => done({ code: codes.shift()! }),
      shutdown: async () => {},
    });

    for (let i = 0; i < 3; i++) {
      start('job').end();
      await cache.forceFlush();
    }

    expect(warnings.filter((line) => line.includes('an export failed'))).to.have.length(2);
  });

  it('whose forceFlush() and shutdown() fail is reported without a lost span', async () => {
    const { cache, start } = startService();
    const reject = async () => Promise.reject(new Error('refused'));
    const handle = cache.addExporter({ export: (_, done) => done({ code: 0 }), forceFlush: reject, shutdown: reject });
    start('job').end();

    await cache.forceFlush();
    await cache.forceFlush();
    expect(cache.stats().subscriptions[0]).to.include({ delivered: 1, failed: 0, errors: 2 });
    await handle.close();

    const failures = warnings.filter((line) => line.includes('failed'));
    expect(failures).to.have.length(2);
    expect(failures[0]).to.include('forceFlush() of an exporter failed');
    expect(failures[1]).to.include('shutdown() of an exporter failed');
  });

  it('that never answers is abandoned after exportTimeoutMillis', async () => {
    const { cache, start } = startService();
    const exporter = new ManualExporter();
    cache.addExporter(exporter, { exportTimeoutMillis: 20 });
    start('job').end();

    await cache.forceFlush();
    exporter.exports[0]!.done({ code: 0 });
    await settle();

    expect(cache.stats().subscriptions[0]).to.include({ failed: 1, delivered: 0, queued: 0 });
  });

  it('that never answers delays shutdown() by at most two time limits', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { cache, start } = startService();
    const exporter = new ManualExporter();
    cache.addExporter(exporter, { exportTimeoutMillis: 100, maxExportBatchSize: 10 });
    for (let i = 0; i < 1_000; i++) start('job').end();
    cache.flush();

    const closed = cache.shutdown();
    await clock.tickAsync(200);
    await closed;

    expect(exporter.exports.length).to.be.at.most(3);
    expect(exporter.shutdown.callCount).to.equal(1);
  });

  it('that never answers keeps a bounded number of spans under repeated flushes', () => {
    const { cache, start } = startService({ queueCapacity: 500, maxParkedSpans: 100 });
    cache.addExporter(new ManualExporter(), {
      maxQueueSize: 200,
      maxExportBatchSize: 100,
      exportTimeoutMillis: 20,
    });

    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 500; i++) start('job').end();
      void cache.forceFlush();
    }

    const [stats] = cache.stats().subscriptions;
    expect(stats!.queued).to.be.at.most(200 + 500 + 100 + 100);
    expect(stats!.queued + stats!.dropped).to.equal(10_000);
  });

  it('that answers twice is counted once', async () => {
    const { cache, start } = startService();
    cache.addExporter({
      export(_, done) {
        done({ code: 0 });
        done({ code: 1 });
      },
      shutdown: async () => {},
    });
    start('job').end();

    await cache.forceFlush();

    expect(cache.stats().subscriptions[0]).to.include({ delivered: 1, failed: 0, errors: 0 });
  });

  describe('that is flushed', () => {
    const FACES: Record<string, (cache: SpanCache, handle: ExporterHandle) => Promise<void>> = {
      'the cache': (cache) => cache.forceFlush(),
      'its handle': (cache, handle) => {
        cache.flush();
        return handle.forceFlush();
      },
      'the span processor': (cache) => cache.spanProcessor.forceFlush(),
      'the log record processor': (cache) => cache.logRecordProcessor.forceFlush(),
      'the log record processor, which is shut down': (cache) => cache.logRecordProcessor.shutdown(),
      'the exporter of the cache': (cache) => cache.exporter.forceFlush!(),
      'the cache, which is shut down': (cache) => cache.shutdown(),
    };

    for (const [face, flush] of Object.entries(FACES)) {
      it(`by ${face} has received the spans when the promise is returned`, async () => {
        const { cache, start } = startService();
        const exporter = new ManualExporter();
        const handle = cache.addExporter(exporter);
        start('job').end();

        const flushed = flush(cache, handle);
        const exported = exporter.exports.map(({ spans }) => names(spans));
        exporter.exports[0]!.done({ code: 0 });
        await flushed;

        expect(exported).to.deep.equal([['job']]);
      });
    }

    it('has received all batches if it answers at once', () => {
      const { cache, start } = startService();
      const exported: string[] = [];
      cache.addExporter(
        {
          export: (spans, done) => {
            exported.push(...names(spans));
            done({ code: 0 });
          },
          shutdown: async () => {},
        },
        { maxExportBatchSize: 1 },
      );
      const expected = Array.from({ length: 20_000 }, (_, i) => String(i));
      for (const name of expected) start(name).end();

      void cache.forceFlush();

      expect(exported).to.deep.equal(expected);
    });
  });

  describe('with a context manager that follows no promise', () => {
    // The API does not give away the manager that is set, and it must be the same afterwards.
    const { _getContextManager: current } = context as unknown as { _getContextManager(): ContextManager };
    let manager: ContextManager;

    beforeEach(() => {
      manager = current.call(context);
      context.disable();
      context.setGlobalContextManager(new StackContextManager());
    });

    afterEach(() => {
      context.disable();
      context.setGlobalContextManager(manager.enable());
    });

    for (const pending of [false, true]) {
      it(`is not traced${pending ? ', even after a wait for the resource' : ''}`, async () => {
        let detected = (_: string) => {};
        const attributes = pending ? { 'host.id': new Promise<string>((resolve) => (detected = resolve)) } : {};
        const { cache, start } = startService({}, { resource: resourceFromAttributes(attributes) });
        const suppressed: boolean[] = [];
        const note = async () => void suppressed.push(isTracingSuppressed(context.active()));
        cache.addExporter({
          export: (_, done) => {
            void note();
            done({ code: 0 });
          },
          forceFlush: note,
          shutdown: note,
        });
        start('job').end();

        const flushed = cache.forceFlush();
        await settle();
        detected('machine-1');
        await flushed;
        await cache.shutdown();

        expect(suppressed).to.deep.equal([true, true, true]);
      });
    }

    it('is not awaited by a callback that flushes', async () => {
      const { cache, start } = startService();
      cache.addExporter(new ManualExporter());
      let flushed: Promise<void> | undefined;
      cache.subscribe(() => void (flushed ??= cache.forceFlush()));
      start('job').end();

      cache.flush();
      await flushed;

      expect(cache.stats().subscriptions[0]).to.include({ queued: 1 });
    });

    it('a callback that returned a promise is not traced with the next batch either', async () => {
      const { cache, start } = startService();
      const suppressed: boolean[] = [];
      cache.subscribe(async () => void suppressed.push(isTracingSuppressed(context.active())));
      for (let i = 0; i < 2; i++) {
        start('job').end();
        cache.flush();
      }

      await settle();

      expect(suppressed).to.deep.equal([true, true]);
    });
  });

  it('whose resource cannot be awaited exports nevertheless', async () => {
    const { cache } = startService();
    const exporter = new InMemorySpanExporter();
    cache.addExporter(exporter);
    const span = startService().start('job');
    const resource = {
      attributes: {},
      asyncAttributesPending: true,
      waitForAsyncAttributes: () => Promise.reject(new Error('broken detector')),
    };
    Object.defineProperty(span, 'resource', { value: resource });
    span.end();
    cache.exporter.export([span as unknown as ReadableSpan], () => {});

    await cache.forceFlush();

    expect(names(exporter.getFinishedSpans())).to.deep.equal(['job']);
  });

  it('that was abandoned during the wait for the resource is not called later', async () => {
    let detected = (_: string) => {};
    const resource = resourceFromAttributes({ 'host.id': new Promise<string>((resolve) => (detected = resolve)) });
    const { cache, start } = startService({}, { resource });
    const exporter = new ManualExporter();
    cache.addExporter(exporter, { exportTimeoutMillis: 10 });
    start('job').end();

    await cache.forceFlush();
    detected('machine-1');
    await settle();

    expect(exporter.exports).to.deep.equal([]);
    expect(cache.stats().subscriptions[0]).to.include({ failed: 1, queued: 0 });
  });

  describe('with a span that has a log record', () => {
    /** Exports one span with a log record through an exporter; returns that span, and what a subscriber got. */
    async function exportMerged(exporter: SpanExporter) {
      const { cache, start, log } = startService();
      cache.addExporter(exporter);
      const subscription = cache.subscribe();
      const span = start('job');
      span.setAttribute('card', '4111').setStatus({ code: 2, message: 'refused' });
      log(span, 'a line');
      span.end();
      await cache.forceFlush();
      expect(cache.stats().subscriptions[0]).to.include({ delivered: 1, failed: 0 });
      return { original: span as unknown as ReadableSpan, delivered: subscription.take()!.spans[0]! };
    }

    const collecting = (take: (spans: ReadableSpan[]) => void): SpanExporter => ({
      export(spans, done) {
        take(spans);
        done({ code: 0 });
      },
      shutdown: async () => {},
    });

    it('receives an object whose members are own properties, so that a copy by spread has them', async () => {
      let copy = {} as ReadableSpan;
      const { delivered } = await exportMerged(collecting(([span]) => (copy = { ...span! })));

      for (const member of SPAN_MEMBERS) {
        if (member === 'spanContext' || member === 'revision') continue;
        expect(Object.hasOwn(copy, member), member).to.equal(true);
        expect(copy[member], member).to.equal(delivered[member]);
      }
      expect(copy.spanContext()).to.deep.equal(delivered.spanContext());
    });

    it('may assign its members without changing the span of the SDK or of subscribers', async () => {
      const { original, delivered } = await exportMerged(
        collecting(([span]) => Object.assign(span!, { attributes: { redacted: true }, name: 'other', events: [] })),
      );

      for (const span of [original, delivered]) {
        expect(span.attributes).to.deep.equal({ card: '4111' });
        expect(span.name).to.equal('job');
      }
      expect(eventNames(delivered)).to.deep.equal(['a line']);
    });

    it("sends the same as for the subscribers' view", async () => {
      let exported: ReadableSpan[] = [];
      const { delivered } = await exportMerged(collecting((spans) => (exported = spans)));
      const dir = sinon.stub(console, 'dir');

      for (const { serializeRequest } of [JsonTraceSerializer, ProtobufTraceSerializer]) {
        const [one, other] = [exported, [delivered]].map((spans) => Buffer.from(serializeRequest(spans as never)!));
        expect(one!.equals(other!)).to.equal(true);
      }
      for (const spans of [exported, [delivered]]) new ConsoleSpanExporter().export(spans as never, () => {});
      expect(dir.args[0]![0]).to.deep.equal(dir.args[1]![0]);
    });

    it("receives the SDK's own object for a span without one", async () => {
      const { cache, start } = startService();
      let exported: ReadableSpan | undefined;
      cache.addExporter(collecting(([span]) => (exported = span)));
      const span = start('job');
      span.end();

      await cache.forceFlush();

      expect(exported).to.equal(span);
    });

    /** Ways in which an application can change a span of the SDK. */
    const ODD: Record<string, (service: Service, span: Span) => void> = {
      'a name that is none': (_, span) => span.updateName(undefined as never),
      'a name that JSON cannot say': (_, span) => span.updateName(10n as never),
      'an event without a name': (_, span) => span.addEvent(null as never),
      'an event at no time': (_, span) => span.addEvent('event', new Date(NaN)),
      'a link without ids': (_, span) => span.addLink({} as never),
      'a log event at no time': ({ logger }, span) =>
        logger.emit({ body: 'line', timestamp: new Date(NaN), context: trace.setSpan(ROOT_CONTEXT, span) }),
      'an end at no time': (_, span) => span.end(new Date(NaN)),
    };
    for (const [what, spoil] of Object.entries(ODD)) {
      for (const serializer of [JsonTraceSerializer, ProtobufTraceSerializer]) {
        it(`sends a span that has ${what}, as ${serializer === JsonTraceSerializer ? 'JSON' : 'protobuf'}, and its neighbours`, async () => {
          const service = startService();
          const { cache, start } = service;
          const exported: ReadableSpan[] = [];
          cache.addExporter(
            collecting((spans) => exported.push(...(serializer.serializeRequest(spans as never) ? spans : []))),
          );
          start('before').end();
          const odd = start('odd');
          spoil(service, odd);
          odd.end();
          start('after').end();

          await cache.forceFlush();

          expect(exported).to.have.length(3);
          expect(cache.stats().subscriptions[0]).to.include({ delivered: 3, failed: 0 });
        });
      }
    }

    it('receives a span with one invalid time with its other time twice, and no duration', async () => {
      const { cache, tracer } = startService();
      const exported: ReadableSpan[] = [];
      cache.addExporter(collecting((spans) => exported.push(...spans)));
      tracer.startSpan('began', { startTime: new Date(NaN) }, ROOT_CONTEXT).end([5, 6]);
      tracer.startSpan('ended', { startTime: [5, 6] }, ROOT_CONTEXT).end(new Date(NaN));

      await cache.forceFlush();

      const times = exported.map(({ startTime, endTime, duration }) => [startTime, endTime, duration]);
      expect(times).to.deep.equal(
        Array.from({ length: 2 }, () => [
          [5, 6],
          [5, 6],
          [0, 0],
        ]),
      );
    });

    it('receives a span without links that lack ids, which count as dropped', async () => {
      const { cache, start } = startService();
      let exported: ReadableSpan | undefined;
      cache.addExporter(collecting(([span]) => (exported = span)));
      const good = { context: start('other').spanContext() };
      start('job')
        .addLink({} as never)
        .addLink(good)
        .addLink({ context: {} } as never)
        .end();

      await cache.forceFlush();

      expect(exported!.links).to.deep.equal([good]);
      expect(exported!.droppedLinksCount).to.equal(2);
    });

    for (const member of SPAN_MEMBERS.filter((member) => member !== 'revision')) {
      it(`drops a span alone if its ${member} cannot be read`, async () => {
        const { cache, start } = startService();
        const exported: ReadableSpan[] = [];
        // As exporters do: they read all spans of a batch before they send any.
        cache.addExporter(
          collecting((spans) => exported.push(...(JsonTraceSerializer.serializeRequest(spans as never) ? spans : []))),
        );
        start('before').end();
        const broken = Object.defineProperty(start('broken') as unknown as ReadableSpan, member, {
          get: sinon.fake.throws(new Error('unreadable')),
        });
        cache.spanProcessor.onEnd(broken);
        start('after').end();

        await cache.forceFlush();

        expect(names(exported)).to.deep.equal(['before', 'after']);
        const { spans, subscriptions } = cache.stats();
        expect(subscriptions[0]!.failed + spans.dropped.invalid).to.equal(1);
      });
    }

    it('receives an object of its own for a span from a store, too', async () => {
      const source = startService();
      const store = source.cache.store();
      source.start('job').end();
      const { cache } = startService();
      let copy = {} as ReadableSpan;
      cache.addExporter(collecting(([span]) => (copy = { ...span! })));

      receive(cache, { spans: store.getFinishedSpans() });
      await cache.forceFlush();

      expect(copy.spanContext()).to.deep.equal(store.getFinishedSpans()[0]!.spanContext());
    });

    it('receives an object of its own for a span from another copy of this package, too', async () => {
      const source = startService();
      const subscription = source.cache.subscribe();
      const span = source.start('job');
      source.log(span, 'a line');
      span.end();
      source.cache.flush();
      const [view] = subscription.take()!.spans;
      const { cache } = startService();
      cache.addExporter(collecting(([exported]) => Object.assign(exported!, { attributes: { redacted: true } })));

      receive(cache, { spans: [ofOtherClass(view!)] });
      await cache.forceFlush();

      expect(cache.stats().subscriptions[0]).to.include({ delivered: 1, failed: 0 });
    });
  });

  describe('with a span that cannot be read', () => {
    const broken = {
      get: () => {
        throw new Error('unreadable');
      },
    };
    /** Where the getter is that throws. */
    const PLACES: Record<string, (span: ReadableSpan) => void> = {
      ...Object.fromEntries(
        SPAN_MEMBERS.map((member) => [member, (span) => Object.defineProperty(span, member, broken)]),
      ),
      'an attribute': ({ attributes }) => Object.defineProperty(attributes, 'broken', { ...broken, enumerable: true }),
      'an attribute of an event': ({ events }) =>
        Object.defineProperty(events[0]!.attributes, 'broken', { ...broken, enumerable: true }),
      'an event': ({ events }) => Object.defineProperty(events[0], 'name', { ...broken, enumerable: true }),
      'a link': ({ links }) => Object.defineProperty(links[0], 'context', { ...broken, enumerable: true }),
    };

    for (const [place, breakSpan] of Object.entries(PLACES)) {
      it(`omits it, and exports its neighbours: ${place}`, async () => {
        const { cache, start } = startService();
        const exported: string[] = [];
        cache.addExporter({
          export(spans, done) {
            JsonTraceSerializer.serializeRequest(spans as never);
            exported.push(...names(spans));
            done({ code: 0 });
          },
          shutdown: async () => {},
        });
        for (const name of ['before', 'broken', 'after']) {
          const span = start(name).addEvent('event', { at: 1 });
          span.addLink({ context: span.spanContext() });
          span.end();
          if (name === 'broken') breakSpan(span as unknown as ReadableSpan);
        }

        await cache.forceFlush();

        expect(exported).to.deep.equal(['before', 'after']);
        const { delivered, failed, dropped } = cache.stats().subscriptions[0]!;
        const { invalid } = cache.stats().spans.dropped;
        expect({ delivered, lost: failed + dropped + invalid }).to.deep.equal({ delivered: 2, lost: 1 });
      });
    }
  });

  describe('with large spans', () => {
    const large = (name: string) => {
      const span = startService().start(name).setAttribute('body', 'x'.repeat(10_000));
      span.end();
      return span as unknown as ReadableSpan;
    };

    it('drops a batch that does not fit into maxQueueBytes, counts it, and reports the number of lost spans at the end', async () => {
      const { cache } = startService();
      const exporter = new ManualExporter();
      cache.addExporter(exporter, { maxQueueBytes: 35_000 });

      for (const batch of [['a', 'b'], ['c', 'd'], ['e']]) {
        cache.exporter.export(batch.map(large), () => {});
        cache.flush();
      }
      const [stats] = cache.stats().subscriptions;
      const flushed = cache.forceFlush();
      exporter.exports[0]!.done({ code: 0 });
      await flushed;

      expect(stats).to.include({ queued: 3, dropped: 2, droppedByBytes: 2 });
      expect(stats!.queuedBytes).to.be.within(30_000, 35_000);
      expect(names(exporter.exports[0]!.spans)).to.deep.equal(['a', 'b', 'e']);
      expect(warnings.filter((line) => line.includes('queue of an exporter'))).to.deep.equal([
        'otel-span-cache the queue of an exporter is full; new spans are dropped',
        'otel-span-cache dropped 2 spans because the queue of an exporter was full',
      ]);
    });

    it('drops a span larger than the bound alone', () => {
      const { cache, start } = startService();
      cache.addExporter(new ManualExporter(), { maxQueueBytes: 5_000 });

      start('small').end();
      cache.exporter.export([large('large')], () => {});
      start('small, too').end();
      cache.flush();

      expect(cache.stats().subscriptions[0]).to.include({ queued: 2, dropped: 1, droppedByBytes: 1 });
    });

    it('drops none in forceFlush(), which moves the spans already in memory', async () => {
      const { cache } = startService();
      const exporter = new ManualExporter();
      cache.addExporter(exporter, { maxQueueBytes: 50_000 });
      cache.exporter.export(
        Array.from({ length: 20 }, (_, i) => large(String(i))),
        () => {},
      );

      const flushed = cache.forceFlush();
      exporter.exports[0]!.done({ code: 0 });
      await flushed;

      expect(cache.stats().subscriptions[0]).to.include({ delivered: 20, dropped: 0, queuedBytes: 0 });
    });

    it('keeps a bounded number if it never answers, under repeated flushes', () => {
      const { cache } = startService();
      cache.addExporter(new ManualExporter(), {
        maxQueueBytes: 50_000,
        exportTimeoutMillis: 20,
        maxExportBatchSize: 1,
      });

      for (let round = 0; round < 20; round++) {
        cache.exporter.export(
          Array.from({ length: 20 }, (_, i) => large(String(i))),
          () => {},
        );
        void cache.forceFlush();
      }

      const [stats] = cache.stats().subscriptions;
      expect(stats!.queuedBytes).to.be.below(2 * 20 * 11_000);
      expect(stats!.queued + stats!.dropped).to.equal(400);
    });
  });

  it('waits for the resource to be complete', async () => {
    let detected = (_: string) => {};
    const resource = resourceFromAttributes({
      'host.id': new Promise<string>((resolve) => (detected = resolve)),
    });
    const { cache, start } = startService({}, { resource });
    const exporter = new ManualExporter();
    cache.addExporter(exporter, { maxExportBatchSize: 1 });
    start('job').end();
    cache.flush();
    await settle();
    const whilePending = exporter.exports.length;

    detected('machine-1');
    await settle();

    expect(whilePending).to.equal(0);
    expect(exporter.exports[0]!.spans[0]!.resource.attributes).to.include({ 'host.id': 'machine-1' });
  });

  it('is not traced itself', async () => {
    const { cache, start, tracer } = startService();
    cache.addExporter({
      export(_, done) {
        tracer.startSpan('HTTP POST to the backend').end();
        done({ code: 0 });
      },
      shutdown: async () => {},
    });
    start('job').end();

    await cache.forceFlush();

    expect(cache.stats().spans.received).to.equal(1);
  });

  it('exports the rest and shuts the exporter down when closed', async () => {
    const { cache, start } = startService();
    const exporter = new InMemorySpanExporter();
    const shutdown = sinon.stub(exporter, 'shutdown').resolves();
    const handle = cache.addExporter(exporter);
    start('job').end();
    cache.flush();

    await Promise.all([handle.close(), handle.close()]);

    expect(names(exporter.getFinishedSpans())).to.deep.equal(['job']);
    expect(shutdown.callCount).to.equal(1);
    expect(handle.closed).to.equal(true);
  });

  it('exports everything queued at shutdown()', async () => {
    const { cache, start } = startService();
    const exporter = new InMemorySpanExporter();
    const shutdown = sinon.stub(exporter, 'shutdown').resolves();
    cache.addExporter(exporter, { maxQueueSize: 100 });
    for (let i = 0; i < 1_000; i++) start('job').end();

    await cache.shutdown();

    expect(exporter.getFinishedSpans()).to.have.length(1_000);
    expect(shutdown.callCount).to.equal(1);
  });

  it('accepts nothing while shutdown() waits for the exporter', async () => {
    const { cache, start } = startService();
    const exporter = new ManualExporter();
    cache.addExporter(exporter);
    start('in time').end();

    const shutdown = cache.shutdown();
    start('too late').end();
    while (exporter.exports.length === 0) await settle();
    exporter.exports[0]!.done({ code: 0 });
    await shutdown;

    expect(names(exporter.exports.flatMap(({ spans }) => spans))).to.deep.equal(['in time']);
    expect(cache.stats().spans.dropped.shutdown).to.equal(1);
  });
});

describe('The cache as an exporter', () => {
  it('receives spans from a BatchSpanProcessor, and merges the waiting log events', async () => {
    const cache = startService().cache;
    const processor = batchSpanProcessor(cache.exporter);
    const service = startService(undefined, {
      spanProcessors: [processor],
      logRecordProcessors: [cache.logRecordProcessor],
    });
    const subscription = cache.subscribe();
    const span = service.start('job');
    service.log(span, 'x');
    span.end();

    await service.forceFlush();

    expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([['x']]);
  });

  it('receives spans from a SimpleSpanProcessor', async () => {
    const { cache } = startService();
    const service = startService(undefined, { spanProcessors: [simpleSpanProcessor(cache.exporter)] });
    const store = cache.store();

    service.start('job').end();
    await service.forceFlush();

    expect(names(store.getFinishedSpans())).to.deep.equal(['job']);
  });

  it('reports success, even without subscribers', () => {
    const { cache } = startService();
    const callback = sinon.spy();

    cache.exporter.export([startService().start('job') as never], callback);

    expect(callback.firstCall.args[0]).to.deep.equal({ code: 0 });
  });

  it('reports a failure when its queue is full or it is shut down', async () => {
    const { cache, tracer } = startService({ queueCapacity: 1 });
    cache.subscribe();
    const spans = ['a', 'b'].map((name) => tracer.startSpan(name, {}, ROOT_CONTEXT)) as never[];
    const callback = sinon.spy();

    cache.exporter.export(spans, callback);
    await cache.shutdown();
    cache.exporter.export(spans, callback);

    const errors = callback.args.map(([{ code, error }]) => [code, error.message]);
    expect(errors).to.deep.equal([
      [1, 'otel-span-cache: 1 of 2 spans were dropped: queue_full'],
      [1, 'otel-span-cache: 2 of 2 spans were dropped: shutdown'],
    ]);
  });

  it('reports a failure after shutdown(), even for an empty export', async () => {
    const { cache } = startService();
    const callback = sinon.spy();

    cache.exporter.export([], callback);
    await cache.shutdown();
    cache.exporter.export([], callback);

    expect(callback.args.map(([{ code, error }]) => [code, error?.message])).to.deep.equal([
      [0, undefined],
      [1, 'otel-span-cache: the cache is shut down'],
    ]);
  });

  it('is shut down by the processor in front of it', async () => {
    const { cache } = startService();
    const subscription = cache.subscribe();

    await batchSpanProcessor(cache.exporter).shutdown();

    expect(subscription.closed).to.equal(true);
  });
});
