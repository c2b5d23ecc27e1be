import { once } from 'node:events';
import workerThreads, { BroadcastChannel, getEnvironmentData, type Worker } from 'node:worker_threads';
import { diag, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { expect } from 'chai';
import fc from 'fast-check';
import type { OrphanEvent, SpanCacheStats } from '../../src/index.js';
import { PROTOCOL_VERSION } from '../../src/threads/protocol.js';
import { SharedCounts } from '../../src/threads/shared-counts.js';
import type { RelayStats } from '../../src/threads/index.js';
import { runs } from '../property-runs.js';
import { InMemorySpanExporter } from '../sdk.js';
import { listenToWarnings, names } from './service.js';
import { plain } from './threads/plain.mjs';
import { message, startThreadedService, type ThreadedService } from './threads/threads.js';

/** Threads that are killed at any moment. */
const KILLS = Number(process.env['KILLS'] ?? 10);

/** The answer of a thread that runs `onRequest`. */
interface Answer {
  spans: SpanCacheStats['spans'];
  events: SpanCacheStats['events'];
  relay: RelayStats & { closed: boolean };
}

async function ask(worker: Worker, name: string): Promise<Answer> {
  worker.postMessage({ name });
  return message<Answer>(worker);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function withoutMarks(attributes: object): object {
  const { 'thread.id': _, ...others } = attributes as Record<string, unknown>;
  return others;
}

/** Without the members that are undefined: whether they are there at all is not sent. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const present = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(present.map(([key, member]) => [key, comparable(member)]));
}

describe('Spans of another thread', function () {
  this.timeout(60_000);

  let service: ThreadedService;
  beforeEach(() => (service = startThreadedService()));
  afterEach(() => {
    service[Symbol.dispose]();
    diag.disable();
  });

  describe('from a worker', () => {
    it('reach a subscriber of this one whole, with their log events', async () => {
      const store = service.cache.store();
      const worker = service.thread('wholeSpan');

      // Before the message: of a thread that has ended, both may come at once.
      const exited = once(worker, 'exit');

      const there = await message<Record<string, unknown>>(worker);
      await exited;
      await service.receiver.forceFlush();

      const [span] = store.getFinishedSpans();
      expect(comparable({ ...plain(span!), attributes: withoutMarks(span!.attributes) })).to.deep.equal(
        comparable(there),
      );
      expect(span!.events.map(({ name }) => name)).to.deep.equal(['own', 'bare', 'logged', 'a line']);
    });

    it('are marked with their thread, unlike spans of this thread', async () => {
      const store = service.cache.store();
      const worker = service.thread('end', { count: 1, relayOptions: { threadName: 'resizer' } });
      const { threadId } = worker;
      await once(worker, 'exit');
      await service.receiver.forceFlush();
      service.start('here').end();

      const [there, here] = store.getFinishedSpans();

      expect(there!.attributes).to.deep.equal({ 'thread.id': threadId, 'thread.name': 'resizer' });
      expect(here!.attributes).to.deep.equal({});
    });

    it('are marked with the name of the worker, where Node provides it', async () => {
      const store = service.cache.store();

      await service.run('end', { count: 1, workerName: 'resizer' });

      const told = 'threadName' in workerThreads ? 'resizer' : undefined;
      expect(store.getFinishedSpans()[0]!.attributes['thread.name']).to.equal(told);
    });

    it('are in one tree with the spans of this thread, if the context was passed on', async () => {
      const store = service.cache.store();
      propagation.setGlobalPropagator(new W3CTraceContextPropagator());
      const parent = service.start('here');
      const carrier = {};
      propagation.inject(trace.setSpan(ROOT_CONTEXT, parent), carrier);

      await service.run('childOf', { carrier });
      parent.end();

      const [tree] = store.traces();
      expect(store.traces()).to.have.length(1);
      expect(tree!.roots.map(({ span }) => span.name)).to.deep.equal(['here']);
      expect(tree!.roots[0]!.children.map(({ span }) => span.name)).to.deep.equal(['in the thread']);
    });

    it('arrive from a worker of a worker, too', async () => {
      const store = service.cache.store();

      await service.run('nested');

      expect(names(store.getFinishedSpans())).to.have.members(['work 0', 'work 1', 'outer 0']);
      const threads = new Set(store.getFinishedSpans().map(({ attributes }) => attributes['thread.id']));
      expect(threads.size).to.equal(2);
      expect(service.receiver.stats().threads.map(({ state }) => state)).to.deep.equal(['ended', 'ended']);
    });

    it('keep the text of log values that cannot be cloned, and the rest of the value', async () => {
      const store = service.cache.store();

      await service.run('unclonable');

      const events = store.getFinishedSpans()[0]!.events as unknown as { body: unknown; attributes: object }[];
      const [odd, symbol, bad, plain] = events;
      expect(symbol!.body).to.equal('Symbol(odd)');
      expect(bad!.body).to.deep.equal({ bad: '[unreadable]' });
      expect(JSON.stringify(odd!.body)).to.include('call');
      expect(odd!.attributes).to.deep.equal({ fine: 1 });
      expect(plain!.body).to.deep.equal({ plain: true });
    });

    it('arrive with the rest of their batch, even if the application has changed their names and links', async () => {
      const store = service.cache.store();

      await service.run('odd');

      const spans = store.getFinishedSpans();
      expect(names(spans)).to.deep.equal(['before', 'undefined', 'Symbol(odd)', 'after']);
      expect(spans[1]!.events.map(({ name }) => name).slice(0, 2)).to.deep.equal(['undefined', '404']);
      expect(spans[1]).to.deep.include({ links: [], droppedLinksCount: 1 });
      expect(service.onlyThread()).to.include({ received: 4, dropped: 1, invalid: 0 });
      expect(service.cache.stats().spans).to.deep.include({ received: 5, delivered: 4 });
    });

    it('are delivered a second time when late events arrived there', async () => {
      const store = service.cache.store();
      const exporter = new InMemorySpanExporter();
      service.cache.addExporter(exporter);

      await service.run('late', { cacheOptions: { lateEvents: 'amend' } });

      const [span, ...others] = store.getFinishedSpans();
      expect(others).to.deep.equal([]);
      expect(span!.revision).to.equal(1);
      expect(span!.events.map(({ name }) => name)).to.deep.equal(['afterwards']);
      expect(exporter.getFinishedSpans()).to.have.length(1);
      expect(service.cache.stats().spans).to.include({ received: 2, delivered: 2, amended: 1 });
    });

    it('are exported here with the resource of their thread, once it is complete', async () => {
      const exporter = new InMemorySpanExporter();
      service.cache.addExporter(exporter, { scheduledDelayMillis: 0 });
      const early = service.cache.subscribe();

      await service.run('lateResource');

      expect(early.take()!.spans).to.have.length(1);
      const [span] = exporter.getFinishedSpans();
      expect(span!.resource.attributes).to.deep.include({ 'service.name': 'resizer', 'host.id': 'h-1' });
      expect(span!.attributes).to.have.property('thread.id');
    });
  });

  describe('when it ends', () => {
    for (const [how, task, exitCode] of [
      ['by itself', 'end', 0],
      ['by process.exit()', 'endAndExit', 3],
      ['by an error', 'endAndThrow', 1],
    ] as const) {
      it(`${how} all arrive, even if they ended just before`, async () => {
        const store = service.cache.store();

        const code = await service.run(task, { count: 5_000 });

        expect(code).to.equal(exitCode);
        expect(store.getFinishedSpans()).to.have.length(5_000);
        expect(service.onlyThread()).to.include({ state: 'ended', received: 5_000, dropped: 0, unsent: 0 });
      });
    }

    it('after it has its port all arrive', async () => {
      const store = service.cache.store();
      const worker = service.thread('onRequest');
      await ask(worker, 'first');
      await service.receiver.forceFlush();
      await ask(worker, 'second');

      worker.postMessage({ name: 'stop' });
      await once(worker, 'exit');
      await service.receiver.forceFlush();

      expect(store.getFinishedSpans()).to.have.length(602);
      expect(service.onlyThread()).to.include({ state: 'ended', received: 602, unsent: 0 });
    });

    it('while this thread is blocked arrive at the next flush', async () => {
      const store = service.cache.store();
      const worker = service.thread('end', { count: 100 });
      const gone = once(worker, 'exit');

      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
      await Promise.all([gone, service.receiver.forceFlush()]);
      await service.receiver.forceFlush();

      expect(store.getFinishedSpans()).to.have.length(100);
    });

    it('arrive after its relay’s close() if they ended before', async () => {
      service.cache.store();
      const worker = service.thread('close');

      const { closed, stats, received } = await message<{
        closed: boolean;
        stats: RelayStats;
        received: Answer['spans'];
      }>(worker);
      await service.receiver.forceFlush();

      expect(closed).to.equal(true);
      expect(stats).to.include({ sent: 3, queued: 0, inFlight: 0 });
      expect(received.dropped.no_subscriber).to.equal(2);
      expect(service.onlyThread()).to.include({ state: 'ended', received: 3 });
    });
  });

  /** Ends a thread at once. On some versions of Node the receiver hears of it only after the promise has settled. */
  async function end(worker: Worker): Promise<void> {
    await worker.terminate();
    await until(() => service.receiver.stats().threads.every(({ state }) => state !== 'connected'));
    await service.receiver.forceFlush();
  }

  describe('when it dies', () => {
    it('arrive as far as they were sent', async () => {
      const store = service.cache.store({ capacity: 1_000_000 });
      const ended = new SharedArrayBuffer(4);
      const worker = service.thread('endless', { ended });
      await until(() => store.getFinishedSpans().length > 1_000);

      await end(worker);

      const { state, received, dropped, unsent } = service.onlyThread();
      const { spans } = service.cache.stats();
      expect(state).to.equal('died');
      expect(store.getFinishedSpans()).to.have.length(received);
      expect(received + dropped + unsent).to.be.at.most(Atomics.load(new Int32Array(ended), 0) + 64);
      expect(spans.received).to.equal(received + dropped + unsent);
      expect(spans.dropped.relay).to.equal(dropped + unsent);
    });

    it('are counted once each, whenever it is killed', async () => {
      service.cache.subscribe(() => {});
      let known = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const counts = new Int32Array(new SharedArrayBuffer(8));
        const worker = service.thread('hunted', {
          counts: counts.buffer,
          relayOptions: { maxSpansInFlight: 300, capacity: 400 },
        });
        await until(() => Atomics.load(counts, 1) > kill * 7);

        await end(worker);

        const { threads, earlier } = service.receiver.stats();
        const now = [...threads, earlier].reduce(
          (sum, { received, dropped, unsent }) => sum + received + dropped + unsent,
          0,
        );
        expect(now - known).to.be.within(Atomics.load(counts, 1), Atomics.load(counts, 0));
        known = now;
      }
      expect(service.cache.stats().spans.received).to.equal(known);
    });

    it('are counted and reported if they waited to be sent', async () => {
      const warnings: unknown[][] = [];
      listenToWarnings((...args) => warnings.push(args));
      const store = service.cache.store();
      const ready = new SharedArrayBuffer(4);
      const relayOptions = { capacity: 300, maxSpansInFlight: 1 };
      const worker = service.thread('unsent', { count: 1_000, ready, relayOptions });
      // Blocked, so that it acknowledges nothing.
      Atomics.wait(new Int32Array(ready), 0, 0);

      await end(worker);

      // One batch of 256 is on its way; of the others, 256 fit into the buffer.
      expect(store.getFinishedSpans()).to.have.length(256);
      expect(service.onlyThread()).to.include({ state: 'died', received: 256, dropped: 0, unsent: 744 });
      expect(service.cache.stats().spans.dropped.relay).to.equal(744);
      expect(warnings.flat().join()).to.match(/thread \d+ died; it lost at least 744 spans that it had not sent/);
    });
  });

  describe('from many at once', () => {
    it('all arrive', async () => {
      const store = service.cache.store();

      await Promise.all(Array.from({ length: 8 }, () => service.run('end', { count: 500 })));

      const spansOf = new Map<unknown, number>();
      for (const { attributes } of store.getFinishedSpans()) {
        spansOf.set(attributes['thread.id'], (spansOf.get(attributes['thread.id']) ?? 0) + 1);
      }
      expect([...spansOf.values()]).to.deep.equal(new Array(8).fill(500));
    });
  });

  describe('within tiny bounds', () => {
    it('are either delivered or counted as lost', async () => {
      const burst = fc.record({ count: fc.nat(600), turns: fc.nat(3), flush: fc.boolean() });
      const bound = fc.integer({ min: 1, max: 300 });
      const plan = fc.record({
        bursts: fc.array(burst, { minLength: 1, maxLength: 12 }),
        capacity: bound,
        maxSpansInFlight: bound,
        queueCapacity: fc.integer({ min: 1, max: 700 }),
      });

      await fc.assert(
        fc.asyncProperty(plan, async ({ bursts, capacity, maxSpansInFlight, queueCapacity }) => {
          using own = startThreadedService();
          const store = own.cache.store();

          await own.run('bursts', {
            bursts,
            cacheOptions: { queueCapacity },
            relayOptions: { capacity, maxSpansInFlight },
          });

          const { spans } = own.cache.stats();
          const ended = bursts.reduce((sum, { count }) => sum + count, 0);
          expect(store.getFinishedSpans().length + spans.dropped.relay).to.equal(ended);
          expect(spans.received).to.equal(ended);
        }),
        { numRuns: runs(5) },
      );
    });
  });

  describe('beyond the limit of unconfirmed batches', () => {
    it('follow as soon as the others have been received', async () => {
      const store = service.cache.store();
      const answered = new SharedArrayBuffer(4);
      const worker = service.thread('onRequest', { count: 2_000, answered, relayOptions: { maxSpansInFlight: 1 } });
      await ask(worker, 'one more');
      await until(() => store.getFinishedSpans().length === 2_001);
      store.reset();
      // The thread answers before it signals: a late signal would end the wait below at once.
      Atomics.wait(new Int32Array(answered), 0, 0);
      Atomics.store(new Int32Array(answered), 0, 0);

      const answer = ask(worker, 'one more');
      // Blocked, so that this thread receives nothing while the other one sends.
      Atomics.wait(new Int32Array(answered), 0, 0);
      const { relay } = await answer;
      await until(() => store.getFinishedSpans().length === 2_001);

      expect(relay.queued).to.equal(2_001 - 256);
      expect(service.onlyThread()).to.include({ state: 'connected', received: 4_002, dropped: 0 });
    });
  });

  describe('without a subscriber here', () => {
    it('are dropped in their thread until somebody subscribes', async () => {
      const worker = service.thread('onRequest');
      await until(() => service.receiver.stats().threads.length === 1);
      let idle: Answer;
      do idle = await ask(worker, 'unwanted');
      while (idle.spans.dropped.no_subscriber === 0);

      const store = service.cache.store();
      do await ask(worker, 'wanted');
      while (service.receiver.stats().threads[0]!.received === 0 || store.getFinishedSpans().length === 0);

      expect(names(store.getFinishedSpans())).to.include('wanted').and.not.include('unwanted');
    });

    it('are orphans only if a subscriber requests them', async () => {
      const spansOnly = service.cache.subscribe();
      const worker = service.thread('onRequest');
      let events: Answer['events'];
      do ({ events } = await ask(worker, 'a'));
      while (events.orphaned.no_span === 0);
      await until(() => service.receiver.stats().threads.length === 1);
      // A thread sends everything until it has received this thread's demand.
      let before: number;
      do {
        before = service.onlyThread().receivedOrphans;
        await ask(worker, 'unasked');
        await service.receiver.forceFlush();
      } while (service.onlyThread().receivedOrphans > before);

      const all = service.cache.subscribe({ orphans: true });
      let orphans: readonly OrphanEvent[];
      do {
        await ask(worker, 'asked');
        await service.receiver.forceFlush();
        ({ orphans } = all.take()!);
      } while (orphans.length === 0);

      expect(orphans.map(({ body, reason }) => [body, reason])).to.deep.equal([['outside asked', 'no_span']]);
      expect(orphans[0]!.attributes).to.have.property('thread.id', worker.threadId);
      expect(spansOnly.take()!.orphans).to.deep.equal([]);
      expect(service.cache.stats().events.orphaned.no_span).to.equal(service.onlyThread().receivedOrphans);
    });
  });

  describe('forceFlush()', () => {
    it('collects the spans that have ended there', async () => {
      const store = service.cache.store();
      const exporter = new InMemorySpanExporter();
      service.cache.addExporter(exporter);
      const worker = service.thread('onRequest', { cacheOptions: { lateEvents: { holdMillis: 60_000 } } });
      await until(() => service.receiver.stats().threads.length === 1);
      worker.postMessage({ name: 'held' });
      await message(worker);

      await service.receiver.forceFlush();

      expect(names(store.getFinishedSpans())).to.deep.equal(['held']);
      expect(names(exporter.getFinishedSpans() as never)).to.deep.equal(['held']);
    });

    it('stops waiting for a busy thread', async () => {
      const stop = new Int32Array(new SharedArrayBuffer(4));
      using own = startThreadedService({}, { flushTimeoutMillis: 50 });
      own.cache.store();
      const worker = own.thread('busy', { stop: stop.buffer });
      await until(() => own.receiver.stats().threads.length === 1);
      worker.postMessage('go');
      await message(worker);

      await own.receiver.forceFlush();

      expect(own.onlyThread().state).to.equal('connected');
      Atomics.store(stop, 0, 1);
    });
  });

  describe('whose receiver is closed', () => {
    it('stay in their thread, whose relay closes', async () => {
      const { receiver } = service;
      service.cache.store();
      const worker = service.thread('onRequest');
      await ask(worker, 'before');
      await receiver.forceFlush();

      receiver.close();
      let answer: Answer;
      do answer = await ask(worker, 'after');
      while (!answer.relay.closed);

      expect(receiver.closed).to.equal(true);
      expect(receiver.stats().threads[0]).to.include({ state: 'ended', received: 1 });
      const { spans } = await ask(worker, 'idle');
      expect(spans.dropped.no_subscriber).to.be.at.least(1);
    });

    it('are not relayed from threads that are created then', async () => {
      service.receiver.close();
      const worker = service.thread('onRequest');

      const { relay } = await ask(worker, 'alone');

      expect(relay).to.deep.include({ closed: true, sent: 0 });
    });
  });
});

describe('receiveSpans()', () => {
  it('drops the link to a relay outside of the thread that it names, even if that thread received its message', async () => {
    using service = startThreadedService({}, { flushTimeoutMillis: 600_000 });
    const worker = service.thread('listening');
    await message(worker);
    const { channel: name } = getEnvironmentData('otel-span-cache.threads') as unknown as { channel: string };
    const channel = new BroadcastChannel(name);

    channel.postMessage({ relay: 'nobody', message: hello(worker.threadId) });
    channel.close();
    await until(() => service.receiver.stats().threads.some(({ state }) => state === 'died'));
    await service.receiver.forceFlush();

    expect(service.receiver.stats().threads.map(({ state }) => state)).to.have.members(['connected', 'died']);
  });
});

/** The first message of a relay of this thread. */
function hello(threadId: number): object {
  return { type: 'hello', version: PROTOCOL_VERSION, threadId, counts: new SharedCounts().memory };
}
