// A thread with a service of its own, whose cache is relayed. Does what its data says, by name.
import { context, ROOT_CONTEXT, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { parentPort, threadId, Worker, workerData } from 'node:worker_threads';
import { plain } from './plain.mjs';

const { src, tracerProvider, task, cacheOptions, relayOptions } = workerData;
const { SpanCache } = await import(`${src}index.js`);
const { relaySpans } = await import(`${src}threads/index.js`);
const { [tracerProvider.name]: TracerProvider } = await import(tracerProvider.module);

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const cache = new SpanCache(cacheOptions);
const relay = relaySpans(cache, relayOptions);
const resource = resourceFromAttributes({
  'service.name': 'resizer',
  ...(task === 'lateResource' ? { 'host.id': sleep(300).then(() => 'h-1') } : {}),
});
const provider = new TracerProvider({ resource, spanProcessors: [cache.spanProcessor] });
const tracer = provider.getTracer('worker', '1.2.3');
const logger = new LoggerProvider({ processors: [cache.logRecordProcessor] }).getLogger('worker.log', '4.5.6');
const start = (name, options, parent = ROOT_CONTEXT) => tracer.startSpan(name, options, parent);
const end = (count, name = 'work') => {
  for (let i = 0; i < count; i++) start(`${name} ${i}`).end();
};
const log = (span, record) => logger.emit({ ...record, context: trace.setSpan(ROOT_CONTEXT, span) });
const say = (message) => parentPort.postMessage(message);
const signal = (shared) => {
  Atomics.store(new Int32Array(shared), 0, 1);
  Atomics.notify(new Int32Array(shared), 0);
};
const asked = () => new Promise((resolve) => parentPort.once('message', resolve));

const TASKS = {
  nothing() {},

  end: () => end(workerData.count),

  endAndExit() {
    end(workerData.count);
    process.exit(3);
  },

  endAndThrow() {
    end(workerData.count);
    throw new Error('the worker has failed');
  },

  async wholeSpan() {
    const remote = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, isRemote: true };
    const parent = trace.setSpanContext(ROOT_CONTEXT, remote);
    const attributes = {
      text: 'ü',
      empty: '',
      long: 'x'.repeat(100),
      half: 0.5,
      no: false,
      list: ['a', 'b'],
      numbers: [1, 2],
    };
    const links = [{ context: remote, attributes: { why: 'retry' } }, { context: remote }];
    const span = start('whole', { kind: SpanKind.CONSUMER, attributes, links }, parent);
    span.addEvent('own', { key: 'k' });
    span.addEvent('bare');
    log(span, {
      eventName: 'logged',
      severityNumber: 9,
      severityText: 'INFO',
      body: { deep: [1, { bytes: new Uint8Array([0, 255]) }] },
    });
    log(span, { body: 'a line', attributes: { nested: { list: [1, 'two', null] } } });
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'failed' });
    const seen = cache.subscribe();
    span.end();
    cache.flush();
    say(plain(seen.take().spans[0]));
  },

  childOf() {
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    const parent = propagation.extract(ROOT_CONTEXT, workerData.carrier);
    start('in the thread', {}, parent).end();
  },

  async nested() {
    const inner = new Worker(new URL(import.meta.url), { workerData: { ...workerData, task: 'end', count: 2 } });
    await new Promise((resolve) => inner.once('exit', resolve));
    end(1, 'outer');
    say({ outer: threadId });
  },

  /** Bursts of so many spans, with that many turns of the event loop after each; some are flushed. */
  async bursts() {
    for (const { count, turns, flush } of workerData.bursts) {
      end(count);
      if (flush) cache.flush();
      for (let i = 0; i < turns; i++) await turn();
    }
  },

  /** Ends spans for ever; counts them where the test can read it when this thread is gone. */
  async endless() {
    const ended = new Int32Array(workerData.ended);
    for (;;) {
      end(64);
      Atomics.add(ended, 0, 64);
      await turn();
    }
  },

  /**
   * Ends spans for ever, in bursts of which each is flushed. How many it has begun to end, and how many were flushed,
   * is read by the test when this thread is gone.
   */
  async hunted() {
    const counts = new Int32Array(workerData.counts);
    for (let burst = 0; ; burst++) {
      for (let i = 0; i < (burst * 7) % 40; i++) {
        Atomics.add(counts, 0, 1);
        end(1);
      }
      cache.flush();
      Atomics.store(counts, 1, Atomics.load(counts, 0));
      if (burst % 3 === 0) await turn();
    }
  },

  /** Fills what it may have in flight while the test is blocked, then what may wait; and never sends the rest. */
  unsent() {
    end(workerData.count);
    cache.flush();
    signal(workerData.ready);
    for (;;);
  },

  /** On each request, ends a span, emits an orphan, and answers with the counters of its cache. */
  async onRequest() {
    for (;;) {
      const { name } = await asked();
      if (name === 'stop') {
        end(600, 'last');
        break;
      }
      end(workerData.count ?? 0);
      start(name).end();
      logger.emit({ body: `outside ${name}`, context: ROOT_CONTEXT });
      cache.flush();
      const { spans, events } = cache.stats();
      say({ spans, events, relay: { ...relay.stats(), closed: relay.closed } });
      if (workerData.answered) signal(workerData.answered);
    }
  },

  /** Listens to the messages of its thread, as an application may, long after its relay has its port. */
  async listening() {
    process.on('workerMessage', () => {});
    say('listens');
    await asked();
  },

  async late() {
    const span = start('late');
    span.end();
    cache.flush();
    log(span, { body: 'afterwards' });
    cache.flush();
  },

  unclonable() {
    const span = start('odd');
    log(span, { body: { call: () => 1 }, attributes: { fine: 1 } });
    log(span, { body: Symbol('odd'), attributes: { proxy: new Proxy({}, {}) } });
    log(span, {
      body: {
        get bad() {
          throw new Error('not to be read');
        },
      },
    });
    log(span, { body: { plain: true } });
    span.end();
  },

  /** Spans that the application has made in ways no SDK would, between two that are fine. */
  odd() {
    start('before').end();
    const links = [{ context: undefined }];
    const span = start(undefined, { links });
    span.addEvent(undefined).addEvent(404).addEvent(new Error('odd'));
    span.end();
    start(Symbol('odd')).end();
    const unreadable = start('unreadable');
    Object.defineProperty(unreadable, 'attributes', {
      get() {
        throw new Error('not to be read');
      },
    });
    unreadable.end();
    start('after').end();
  },

  async lateResource() {
    end(1);
    await sleep(600);
  },

  async busy() {
    await asked();
    end(1);
    say('busy');
    const stop = new Int32Array(workerData.stop);
    while (Atomics.load(stop, 0) === 0);
  },

  async close() {
    end(3);
    relay.close();
    end(2);
    say({ closed: relay.closed, stats: relay.stats(), received: cache.stats().spans });
  },
};

await TASKS[task]();
