import { randomUUID } from 'node:crypto';
import workerThreads, { getEnvironmentData, threadId, type MessagePort } from 'node:worker_threads';
import { diag, ROOT_CONTEXT } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import type { SpanCache, SpanCacheOptions } from '../../src/index.js';
import { receiveSpans, type ReceiverOptions, type SpanReceiver, type ThreadStats } from '../../src/threads/index.js';
import { relayOptions, type RelayOptions } from '../../src/threads/options.js';
import { internalsOf } from '../../src/cache/internals.js';
import { PROTOCOL_VERSION, type PortHandover, type ReceiverAddress } from '../../src/threads/protocol.js';
import { CacheRelay } from '../../src/threads/relay.js';
import { SharedCounts } from '../../src/threads/shared-counts.js';
import { ThreadLink } from '../../src/threads/thread-link.js';
import { SpanPacker } from '../../src/threads/wire/span-packer.js';
import { InMemorySpanExporter } from '../sdk.js';
import {
  eventually,
  listenToErrors,
  listenToWarnings,
  names,
  startService,
  type Service,
} from '../scenarios/service.js';
import { postUnreadable } from './unreadable.js';

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
    handOver = sinon
      .stub(workerThreads, 'postMessageToThread')
      .callsFake(async (_, value: unknown, transfer: unknown) => {
        const message = structuredClone(value, { transfer: transfer as MessagePort[] });
        ({ port } = message as PortHandover);
        process.emit('workerMessage', message, threadId);
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

  it('has ended when the port of a closed relay is closed, which has sent its last spans', async () => {
    const warnings: unknown[] = [];
    listenToWarnings((...args) => warnings.push(args[1]));
    using linked = link();
    const store = linked.here.cache.store();
    await linked.receiver.forceFlush();

    linked.there.start('last').end();
    linked.relay.close();
    await eventually(() => linked.thread().state !== 'connected');
    await turn();

    expect(linked.thread()).to.include({ state: 'ended', received: 1, unsent: 0 });
    expect(names(store.getFinishedSpans())).to.deep.equal(['last']);
    expect(warnings).to.deep.equal([]);
  });

  it('keeps relays apart', async () => {
    using linked = link();
    linked.here.cache.store();
    const third = startService();
    const address = getEnvironmentData('otel-span-cache.threads') as unknown as ReceiverAddress;
    using _ = new CacheRelay(third.cache, address, relayOptions({ threadName: 'third' }));
    await linked.receiver.forceFlush();

    linked.there.start('one').end();
    for (const name of ['two', 'three']) third.start(name).end();
    await linked.receiver.forceFlush();

    const { threads } = linked.receiver.stats();
    expect(threads.map(({ received }) => received)).to.deep.equal([1, 2]);
  });

  it('counts no losses, and reports no death, when the receiver is closed before the relay has sent its spans', async () => {
    const warnings: unknown[] = [];
    listenToWarnings((...args) => warnings.push(args[1]));
    using linked = link({ maxSpansInFlight: 1 });
    linked.here.cache.store();
    await linked.receiver.forceFlush();
    for (const name of ['sent', 'waits']) {
      linked.there.start(name).end();
      linked.there.cache.flush();
    }

    linked.receiver.close();
    await eventually(() => linked.relay.closed);
    await turn();

    expect(linked.thread()).to.include({ state: 'ended', received: 1, dropped: 0, unsent: 0 });
    expect(linked.here.cache.stats().spans.dropped.relay).to.equal(0);
    expect(warnings).to.deep.equal([]);
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

  for (const [what, subscribe] of [
    ['that nobody wanted spans of', () => {}],
    ['that nobody wanted orphans of', (cache: SpanCache) => void cache.subscribe()],
  ] as const) {
    it(`does not report the death of a relay ${what}`, async () => {
      const warnings: unknown[] = [];
      listenToWarnings((...args) => warnings.push(args[1]));
      using linked = link();
      subscribe(linked.here.cache);
      await linked.receiver.forceFlush();

      port.close();
      await eventually(() => linked.thread().state !== 'connected');

      expect(linked.thread().state).to.equal('died');
      expect(warnings).to.deep.equal([]);
    });
  }

  it('does not wait for a relay that has nothing left to send', async () => {
    using linked = link({ flushTimeoutMillis: 600_000 });
    const store = linked.here.cache.store();
    await linked.receiver.forceFlush();
    linked.there.start('sent').end();
    await Promise.resolve();
    const flush = sinon.stub(linked.there.cache, 'flush').throws(new Error('busy'));

    await linked.receiver.forceFlush();
    flush.restore();

    expect(names(store.getFinishedSpans())).to.deep.equal(['sent']);
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

/** A link in this thread, and the relay's side of it. */
interface Peer extends Disposable {
  link: ThreadLink;
  counts: SharedCounts;
  /** The relay's channel. */
  channel: workerThreads.BroadcastChannel;
  /** The relay's end of the port. */
  port: MessagePort;
  packer: SpanPacker;
  drainChannel: sinon.SinonSpy;
  onGone: sinon.SinonSpy;
  /** Spans and orphans that the receiver's cache counts as lost in other threads. */
  lost(): { spans: number; orphans: number };
}

const NO_THREAD = 1_000_000;

function newPeer(onGone = sinon.spy()): Peer {
  let port: MessagePort | undefined;
  sinon.stub(workerThreads, 'postMessageToThread').callsFake((_, value: unknown) => {
    ({ port } = value as PortHandover);
    return new Promise(() => {});
  });
  const { cache } = startService();
  cache.subscribe(() => {}, { orphans: true });
  const counts = new SharedCounts();
  const relay = randomUUID();
  const drainChannel = sinon.spy();
  const link = new ThreadLink({
    cache: internalsOf(cache),
    hello: {
      type: 'hello',
      version: PROTOCOL_VERSION,
      threadId: NO_THREAD,
      threadName: undefined,
      counts: counts.memory,
    },
    relay,
    channel: `test/${relay}`,
    demand: { spans: true, orphans: true },
    drainChannel,
    onGone,
  });
  const channel = new workerThreads.BroadcastChannel(`test/${relay}`);
  return {
    link,
    counts,
    channel,
    port: port!,
    packer: new SpanPacker(),
    drainChannel,
    onGone,
    lost: () => {
      const { spans, events } = cache.stats();
      return { spans: spans.dropped.relay, orphans: events.dropped.relay };
    },
    [Symbol.dispose]() {
      link.close();
      channel.close();
      port!.close();
    },
  };
}

function batch(packer: SpanPacker, spans: number, dropped = 0, droppedOrphans = 0): object {
  const { start } = startService();
  const ended = Array.from({ length: spans }, () => {
    const span = start('span');
    span.end();
    return span as never;
  });
  return { type: 'batch', batch: packer.pack({ spans: ended, orphans: [], dropped, droppedOrphans }) };
}

describe('ThreadLink, for the messages of its relay,', () => {
  let warnings: unknown[];

  beforeEach(() => {
    warnings = [];
    listenToWarnings((_, text, error) =>
      warnings.push(error === undefined ? text : [text, (error as Error).message].join(': ')),
    );
  });

  afterEach(() => {
    sinon.restore();
    diag.disable();
  });

  it('counts owed spans and orphans that have neither arrived nor been reported as lost, at the goodbye', () => {
    using peer = newPeer();
    peer.counts.owe({ spans: 10, orphans: 20 });

    peer.link.take(batch(peer.packer, 1, 2, 3));
    const before = peer.link.stats();
    peer.link.take({ type: 'bye', dropped: 1, droppedOrphans: 2 });

    expect(before).to.include({ state: 'connected', received: 1, dropped: 2, droppedOrphans: 3 });
    expect(peer.link.stats()).to.include({ state: 'ended', received: 1, dropped: 9, droppedOrphans: 20, unsent: 0 });
    expect(peer.lost()).to.deep.equal({ spans: 9, orphans: 20 });
    expect(warnings).to.deep.equal([]);
  });

  it('counts owed spans and orphans that have neither arrived nor been reported as lost, at the death of the thread', async () => {
    using peer = newPeer();
    peer.counts.owe({ spans: 10, orphans: 20 });
    peer.link.take(batch(peer.packer, 1, 2, 3));

    peer.port.close();
    await eventually(() => peer.onGone.called);

    expect(peer.link.stats()).to.include({ state: 'died', received: 1, dropped: 2, droppedOrphans: 20, unsent: 7 });
    expect(peer.lost()).to.deep.equal({ spans: 9, orphans: 20 });
    expect(warnings).to.deep.equal([`thread ${NO_THREAD} died; it lost at least 7 spans that it had not sent`]);
  });

  it('still reads what a thread has posted before its death', async () => {
    using peer = newPeer();

    peer.port.close();
    peer.channel.postMessage(batch(peer.packer, 2));
    await eventually(() => peer.onGone.called);

    expect(peer.link.stats()).to.include({ state: 'died', received: 2 });
  });

  it('confirms batches, and no other message', () => {
    using peer = newPeer();

    for (const message of [
      { type: 'ready' },
      batch(peer.packer, 1),
      { type: 'flushed', flush: 1 },
      { type: 'batch' },
    ]) {
      peer.link.take(message);
    }

    expect(peer.counts.takenSince(0)).to.equal(2);
  });

  it('first reads what the relay had posted before it had a channel of its own', async () => {
    using peer = newPeer();

    for (let i = 0; i < 2; i++) peer.channel.postMessage(batch(peer.packer, 1));
    await eventually(() => peer.link.stats().received === 2);

    expect(peer.drainChannel.callCount).to.equal(1);
  });

  it('counts a message that cannot be deserialized as a batch, and releases the flush that waited for it', async () => {
    using peer = newPeer();
    let flushed = false;
    void peer.link.flush({ spans: true, orphans: true }, new Promise(() => {})).then(() => (flushed = true));

    using _ = postUnreadable(peer.channel);
    await eventually(() => flushed);

    expect(flushed).to.equal(true);
    expect(peer.link.stats()).to.include({ state: 'connected', invalid: 1 });
    expect(peer.counts.takenSince(0)).to.equal(1);
    expect(warnings).to.deep.equal([
      `a message from thread ${NO_THREAD} could not be read: a message must be deserializable`,
    ]);
  });

  it('counts it as well when it reads all that was posted, and reads the rest later', () => {
    using peer = newPeer();
    {
      using _ = postUnreadable(peer.channel);
      peer.channel.postMessage(batch(peer.packer, 1));
      peer.link.drain();
    }
    const before = peer.link.stats();

    peer.link.drain();

    expect(before).to.include({ invalid: 1, received: 0 });
    expect(peer.link.stats()).to.include({ invalid: 1, received: 1 });
    expect(peer.counts.takenSince(0)).to.equal(2);
  });

  it('has gone once', async () => {
    using peer = newPeer();

    peer.link.close();
    peer.link.close();
    await turn();
    peer.link.drain();

    expect(peer.onGone.callCount).to.equal(1);
    expect(warnings).to.deep.equal([]);
  });

  it('reports an error while it cleans up', async () => {
    const errors: unknown[] = [];
    diag.disable();
    listenToErrors((...args) => errors.push(args[1]));
    const onGone = sinon.spy(() => {
      throw new Error('broken');
    });
    using peer = newPeer(onGone);

    peer.port.close();
    await eventually(() => onGone.called);

    expect(errors).to.deep.equal(['cleaning up after a thread failed']);
  });
});
