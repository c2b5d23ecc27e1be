import workerThreads, { getEnvironmentData, threadId, type MessagePort } from 'node:worker_threads';
import { diag, ROOT_CONTEXT } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import type { SpanCacheOptions } from '../../src/index.js';
import { receiveSpans, type ReceiverOptions, type SpanReceiver, type ThreadStats } from '../../src/threads/index.js';
import { relayOptions, type RelayOptions } from '../../src/threads/options.js';
import type { PortHandover, ReceiverAddress } from '../../src/threads/protocol.js';
import { CacheRelay } from '../../src/threads/relay.js';
import { InMemorySpanExporter } from '../sdk.js';
import { eventually, listenToWarnings, names, startService, type Service } from '../scenarios/service.js';

/** Two services in this thread: the spans of one are relayed to the other. */
interface Linked extends Disposable {
  here: Service;
  there: Service;
  receiver: SpanReceiver;
  relay: CacheRelay;
  /** The counters of the only relay. */
  thread(): ThreadStats;
}

interface LinkOptions extends RelayOptions, ReceiverOptions {
  there?: SpanCacheOptions;
}

function link({ there: cacheOptions, flushTimeoutMillis, ...options }: LinkOptions = {}): Linked {
  const [here, there] = [startService(), startService(cacheOptions)];
  const receiver = receiveSpans(here.cache, flushTimeoutMillis === undefined ? {} : { flushTimeoutMillis });
  const address = getEnvironmentData('otel-span-cache.threads') as unknown as ReceiverAddress;
  const relay = new CacheRelay(there.cache, address, relayOptions(options));
  return {
    here,
    there,
    receiver,
    relay,
    thread() {
      const { threads } = receiver.stats();
      expect(threads).to.have.length(1);
      return threads[0]!;
    },
    [Symbol.dispose]() {
      relay.close();
      receiver.close();
    },
  };
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('ThreadLink', () => {
  /** The port that was handed over last. */
  let port: MessagePort;
  let handOver: sinon.SinonStub;

  beforeEach(() => {
    // Node does not post to the thread that calls it.
    handOver = sinon.stub(workerThreads, 'postMessageToThread').callsFake(async (_, value: unknown) => {
      ({ port } = value as PortHandover);
      process.emit('workerMessage', value, threadId);
    });
  });

  afterEach(() => {
    sinon.restore();
    diag.disable();
  });

  it('delivers spans and orphans marked with their thread', async () => {
    using linked = link({ threadName: 'resizer' });
    const subscription = linked.here.cache.subscribe({ orphans: true });

    linked.there.start('job').setAttribute('own', 1).end();
    linked.there.logger.emit({ body: 'alone', context: ROOT_CONTEXT });
    await linked.receiver.forceFlush();

    const { spans, orphans } = subscription.take()!;
    const marks = { 'thread.id': threadId, 'thread.name': 'resizer' };
    expect(spans.map(({ name, attributes }) => [name, { ...attributes }])).to.deep.equal([
      ['job', { own: 1, ...marks }],
    ]);
    expect(orphans.map(({ name, attributes }) => [name, { ...attributes }])).to.deep.equal([['alone', marks]]);
    expect(linked.thread()).to.deep.equal({
      threadId,
      threadName: 'resizer',
      state: 'connected',
      received: 1,
      receivedOrphans: 1,
      dropped: 0,
      droppedOrphans: 0,
      unsent: 0,
      invalid: 0,
    } satisfies ThreadStats);
    expect(linked.relay.stats()).to.include({ sent: 1, inFlight: 0, bytesInFlight: 0, queued: 0, dropped: 0 });
  });

  it('collects the spans that wait there when it is flushed, and exports them', async () => {
    using linked = link({ there: { lateEvents: { holdMillis: 60_000 } } });
    const store = linked.here.cache.store();
    const exporter = new InMemorySpanExporter();
    linked.here.cache.addExporter(exporter);

    linked.there.start('held').end();
    await turn();
    const before = names(store.getFinishedSpans());
    await linked.receiver.forceFlush();

    expect([before, names(store.getFinishedSpans())]).to.deep.equal([[], ['held']]);
    expect(names(exporter.getFinishedSpans() as never)).to.deep.equal(['held']);
  });

  it('has spans relayed while there is a subscriber, and orphans while one receives orphans', async () => {
    using linked = link();
    const end = async (name: string) => {
      await turn();
      linked.there.start(name).end();
      linked.there.logger.emit({ body: `outside ${name}`, context: ROOT_CONTEXT });
      await linked.receiver.forceFlush();
      return [linked.thread().received, linked.thread().receivedOrphans];
    };
    await linked.receiver.forceFlush();

    const nobody = await end('a');
    const first = linked.here.cache.subscribe();
    const spansOnly = await end('b');
    const second = linked.here.cache.subscribe({ orphans: true });
    const both = await end('c');
    second.close();
    const spansAgain = await end('d');
    first.close();
    const nobodyAgain = await end('e');

    expect([nobody, spansOnly, both, spansAgain, nobodyAgain]).to.deep.equal([
      [0, 0],
      [1, 0],
      [2, 1],
      [3, 1],
      [3, 1],
    ]);
    expect(linked.there.cache.stats().spans.dropped.no_subscriber).to.equal(2);
  });

  it('has ended once its relay was closed, which sends the spans that have ended before', async () => {
    using linked = link();
    const store = linked.here.cache.store();
    await linked.receiver.forceFlush();

    linked.there.start('last').end();
    linked.relay.close();
    await linked.receiver.forceFlush();

    expect(names(store.getFinishedSpans())).to.deep.equal(['last']);
    expect(linked.thread()).to.include({ state: 'ended', received: 1, dropped: 0, unsent: 0 });
    expect(linked.relay.closed).to.equal(true);
  });

  it('closes its relay when the receiver is closed', async () => {
    using linked = link();
    const store = linked.here.cache.store();
    linked.there.start('before').end();
    await turn();

    linked.receiver.close();
    await eventually(() => linked.relay.closed);

    linked.there.start('after').end();
    linked.there.cache.flush();
    expect(linked.relay.closed).to.equal(true);
    expect(linked.receiver.closed).to.equal(true);
    expect(names(store.getFinishedSpans())).to.deep.equal(['before']);
    expect(linked.thread()).to.include({ state: 'ended', received: 1 });
    expect(linked.there.cache.stats().subscriptions).to.deep.equal([]);
    expect(getEnvironmentData('otel-span-cache.threads')).to.equal(undefined);
  });

  it('has died if the port is closed without a farewell, and counts the spans that were not sent', async () => {
    const warnings: unknown[] = [];
    listenToWarnings((...args) => warnings.push(args[1]));
    using linked = link({ maxSpansInFlight: 1 });
    const store = linked.here.cache.store();
    await linked.receiver.forceFlush();

    for (const name of ['sent', 'unsent', 'unsent, too']) {
      linked.there.start(name).end();
      linked.there.cache.flush();
    }
    port.close();
    await eventually(() => linked.thread().state !== 'connected');

    expect(names(store.getFinishedSpans())).to.deep.equal(['sent']);
    expect(linked.thread()).to.include({ state: 'died', received: 1, dropped: 0, unsent: 2 });
    expect(linked.here.cache.stats().spans.dropped.relay).to.equal(2);
    expect(warnings).to.deep.equal([`thread ${threadId} died; it lost at least 2 spans that it had not sent`]);
    expect(linked.relay.closed).to.equal(true);
  });

  it('does not report the death of a relay that had nothing left to send', async () => {
    const warnings: unknown[] = [];
    listenToWarnings((...args) => warnings.push(args[1]));
    using linked = link();
    linked.here.cache.store();
    linked.there.start('sent').end();
    await turn();
    await linked.receiver.forceFlush();

    port.close();
    await eventually(() => linked.thread().state !== 'connected');

    expect(linked.thread()).to.include({ state: 'died', received: 1, unsent: 0 });
    expect(warnings).to.deep.equal([]);
  });

  it('is given up if the thread does not take the port', async () => {
    handOver.resolves();
    using linked = link({ flushTimeoutMillis: 600_000 });
    linked.here.cache.store();

    await linked.receiver.forceFlush();
    await eventually(() => linked.thread().state !== 'connected');

    expect(linked.thread()).to.include({ state: 'died', received: 0 });
  });

  it('counts the losses of a relay whose bounds are full, and lets it continue', async () => {
    using linked = link({ maxSpansInFlight: 1, capacity: 2 });
    const store = linked.here.cache.store();
    const end = (name: string) => {
      linked.there.start(name).end();
      linked.there.cache.flush();
    };

    for (const name of ['sent', 'waits', 'waits too', 'lost']) end(name);
    await linked.receiver.forceFlush();

    expect(names(store.getFinishedSpans())).to.have.members(['sent', 'waits', 'waits too']);
    expect(linked.thread()).to.include({ received: 3, dropped: 1 });
    expect(linked.here.cache.stats().spans.dropped.relay).to.equal(1);
  });

  it('has room reported to a relay that waits for it', async () => {
    using linked = link({ maxSpansInFlight: 1 });
    const store = linked.here.cache.store();
    for (const name of ['first', 'second']) {
      linked.there.start(name).end();
      linked.there.cache.flush();
    }

    await eventually(() => store.getFinishedSpans().length === 2);

    expect(names(store.getFinishedSpans())).to.deep.equal(['first', 'second']);
  });

  it('stops waiting for a relay that does not answer, after flushTimeoutMillis', async () => {
    using linked = link({ flushTimeoutMillis: 10, there: { lateEvents: { holdMillis: 60_000 } } });
    const store = linked.here.cache.store();
    await linked.receiver.forceFlush();
    linked.there.start('held').end();
    const flush = sinon.stub(linked.there.cache, 'flush').throws(new Error('busy'));

    await linked.receiver.forceFlush();
    flush.restore();

    expect(names(store.getFinishedSpans())).to.deep.equal([]);
    expect(linked.thread().state).to.equal('connected');
  });
});
