import { randomUUID } from 'node:crypto';
import { BroadcastChannel, MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { diag, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { expect } from 'chai';
import sinon from 'sinon';
import type { SpanCacheOptions } from '../../src/index.js';
import { internalsOf } from '../../src/cache/internals.js';
import { receive } from '../../src/threads/index.js';
import { relayOptions, type RelayOptions } from '../../src/threads/options.js';
import {
  channelOf,
  PROTOCOL_VERSION,
  type BatchMessage,
  type Broadcast,
  type Hello,
  type ReceiverMessage,
  type RelayMessage,
} from '../../src/threads/protocol.js';
import { CacheRelay } from '../../src/threads/relay.js';
import { SharedCounts } from '../../src/threads/shared-counts.js';
import { SpanUnpacker } from '../../src/threads/wire/span-unpacker.js';
import type { SdkConfig } from '../sdk.js';
import { listenToWarnings, startService, type Service } from '../scenarios/service.js';

const ALL = { spans: true, orphans: true };

/** A relay in this thread, and what its receiver would have: all without a turn of the event loop. */
interface Relayed extends Service, Disposable {
  relay: CacheRelay;
  counts: SharedCounts;
  /** Messages posted since the last call. */
  posted(): RelayMessage[];
  /** The names of the spans in it, batch by batch. */
  batches(): string[][];
  /** Has the relay process messages of its receiver. */
  tell(...messages: ReceiverMessage[]): void;
}

function startRelayed(options?: RelayOptions, cacheOptions?: SpanCacheOptions, sdk?: Partial<SdkConfig>): Relayed {
  const service = startService(cacheOptions, sdk);
  const receiver = new BroadcastChannel(randomUUID());
  const relay = new CacheRelay(
    service.cache,
    { version: PROTOCOL_VERSION, threadId: 0, channel: receiver.name },
    relayOptions(options),
  );
  const [first] = receivedOn(receiver) as [Broadcast];
  const own = new BroadcastChannel(channelOf(first.relay, receiver.name));
  const counts = new SharedCounts((first.message as Hello).counts);
  counts.listen();
  const unpacker = new SpanUnpacker();
  let port: MessagePort | undefined;
  const posted = () => receivedOn(own) as RelayMessage[];
  return {
    ...service,
    relay,
    counts,
    posted,
    batches: () => {
      const batches = posted().filter((message): message is BatchMessage => message.type === 'batch');
      return batches.map((batch) => unpacker.unpack(batch.batch).spans.map(({ name }) => name));
    },
    tell(...messages) {
      port ??= handOver(first.relay);
      for (const message of messages) port.emit('message', message);
    },
    [Symbol.dispose]() {
      relay.close();
      own.close();
      receiver.close();
    },
  };
}

/** Hands over a port, as the receiver does. Returns the end of the relay. */
function handOver(relay: string): MessagePort {
  const { port2: port } = new MessageChannel();
  process.emit('workerMessage' as never, { otelSpanCacheRelay: relay, port } as never);
  return port;
}

function receivedOn(channel: BroadcastChannel): unknown[] {
  const messages: unknown[] = [];
  const next = () => receiveMessageOnPort(channel as unknown as MessagePort) as { message: unknown } | undefined;
  for (let message = next(); message !== undefined; message = next()) messages.push(message.message);
  return messages;
}

async function microtasks(): Promise<void> {
  await Promise.resolve();
}

describe('CacheRelay', () => {
  let service: Relayed;
  afterEach(() => service[Symbol.dispose]());

  describe('when a local root has ended', () => {
    it('posts its trace in a microtask', async () => {
      service = startRelayed();
      const root = service.start('root');
      service.tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, root)).end();
      await microtasks();
      const before = service.batches();

      root.end();
      const atOnce = service.batches();
      await microtasks();

      expect([before, atOnce, service.batches()]).to.deep.equal([[], [], [['child', 'root']]]);
    });

    it('posts it while other spans are open', async () => {
      service = startRelayed();
      service.start('open');

      service.start('root').end();
      await microtasks();

      expect(service.batches()).to.deep.equal([['root']]);
    });

    it('treats a span with a remote parent as one', async () => {
      service = startRelayed();
      const remote = {
        traceId: 'a'.repeat(32),
        spanId: 'b'.repeat(16),
        traceFlags: TraceFlags.SAMPLED,
        isRemote: true,
      };
      service.start('open');

      service.tracer.startSpan('root', {}, trace.setSpanContext(ROOT_CONTEXT, remote)).end();
      await microtasks();

      expect(service.batches()).to.deep.equal([['root']]);
    });

    it('posts all spans that ended before the microtask in one batch', async () => {
      service = startRelayed();

      for (const name of ['a', 'b', 'c']) service.start(name).end();
      await microtasks();

      expect(service.batches()).to.deep.equal([['a', 'b', 'c']]);
    });

    it('posts a span whose parent is in another thread, even if the parent is not marked as remote', async () => {
      service = startRelayed();
      const elsewhere = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED };

      service.tracer.startSpan('job', {}, trace.setSpanContext(ROOT_CONTEXT, elsewhere)).end();
      await microtasks();

      expect(service.batches()).to.deep.equal([['job']]);
    });

    it('posts a log record emitted while no span is open, because no later span would carry it', async () => {
      service = startRelayed();
      const span = service.start('job');
      span.end();
      await microtasks();
      service.posted();

      service.logger.emit({ body: 'alone', context: ROOT_CONTEXT });
      service.log(span, 'late');
      await microtasks();

      const batches = service.posted().filter((message): message is BatchMessage => message.type === 'batch');
      expect(batches.reduce((sum, { batch }) => sum + batch.orphans, 0)).to.equal(2);
      expect(service.counts.hasSettled(ALL)).to.equal(true);
    });

    it('leaves a log record to the open span', async () => {
      service = startRelayed();
      const span = service.start('job');

      service.log(span, 'on time');
      await microtasks();

      expect(service.posted()).to.deep.equal([]);
      expect(service.cache.stats().events.queued).to.equal(1);
    });

    it('keeps spans that are held for late events', async () => {
      service = startRelayed({}, { lateEvents: { holdMillis: 60_000 } });

      service.start('held').end();
      await microtasks();

      expect(service.batches()).to.deep.equal([]);
      expect(service.cache.stats().spans.held).to.equal(1);
    });
  });

  describe('reports that everything is sent', () => {
    it('once a trace was posted, and until the next span ends', async () => {
      service = startRelayed();
      const span = service.start('root');
      span.end();
      const before = service.counts.hasSettled(ALL);
      await microtasks();
      const posted = service.counts.hasSettled(ALL);

      service.start('next').end();

      expect([before, posted, service.counts.hasSettled(ALL)]).to.deep.equal([false, true, false]);
    });

    it('not while a log record waits', async () => {
      service = startRelayed();
      service.start('root').end();
      await microtasks();

      service.logger.emit({ body: 'a line', context: ROOT_CONTEXT });

      expect(service.counts.hasSettled(ALL)).to.equal(false);
    });

    it('not while a span is held', async () => {
      service = startRelayed({}, { lateEvents: { holdMillis: 60_000 } });

      service.start('held').end();
      await microtasks();

      expect(service.counts.hasSettled(ALL)).to.equal(false);
    });

    it('not while a held span has a log record', async () => {
      service = startRelayed({}, { lateEvents: { holdMillis: 60_000 } });
      const span = service.start('held');

      service.log(span, 'a line');
      span.end();
      await microtasks();

      expect(service.cache.stats().events.held).to.equal(1);
      expect(service.counts.hasSettled(ALL)).to.equal(false);
    });

    it('not while the record of an open span waits, even when its receiver posts a message', () => {
      service = startRelayed();
      service.log(service.start('open'), 'a line');

      service.tell({ type: 'demand', ...ALL }, { type: 'room' });

      expect(service.cache.stats().events.queued).to.equal(1);
      expect(service.counts.hasSettled(ALL)).to.equal(false);
    });

    it('not if spans arrive through an input that it cannot observe', async () => {
      service = startRelayed();
      const { exporter } = service.cache;
      const span = service.start('root');
      span.end();
      await microtasks();

      exporter.export([span as never], () => {});
      service.start('next').end();
      await microtasks();

      expect(service.counts.hasSettled(ALL)).to.equal(false);
    });
  });

  describe('at the limit of unconfirmed spans', () => {
    const end = (count: number, name = 'span') => {
      for (let i = 0; i < count; i++) service.start(name).end();
      service.cache.flush();
    };

    it('continues as soon as some were received, without a turn of the event loop, oldest first', () => {
      service = startRelayed({ maxSpansInFlight: 1 });
      end(1, 'first');
      end(1, 'second');
      const waiting = service.relay.stats();

      const wanted = service.counts.take();
      end(1, 'third');

      expect(waiting).to.include({ sent: 1, queued: 1, inFlight: 1 });
      expect(wanted).to.equal(true);
      expect(service.batches()).to.deep.equal([['first'], ['second']]);
      expect(service.relay.stats()).to.include({ queued: 1, inFlight: 1 });
    });

    it('sends small batches that have waited as one', () => {
      service = startRelayed({ maxSpansInFlight: 1 });
      end(1, 'first');
      for (const name of ['a', 'b', 'c']) end(1, name);

      service.counts.take();
      end(1, 'd');
      service.counts.take();
      end(1, 'e');

      expect(service.batches()).to.deep.equal([['first'], ['a', 'b', 'c'], ['d']]);
    });

    it('counts orphans as well as spans', () => {
      service = startRelayed();

      service.start('span').end();
      service.logger.emit({ body: 'alone', context: ROOT_CONTEXT });
      service.cache.flush();

      expect(service.relay.stats()).to.include({ sent: 1, inFlight: 2 });
    });

    it('sends a delivery that exceeds its bounds, if nothing waits or is in flight', () => {
      service = startRelayed({ maxSpansInFlight: 1, capacity: 1 });

      end(200);

      expect(service.batches().map(({ length }) => length)).to.deep.equal([200]);
      expect(service.relay.stats()).to.include({ sent: 200, dropped: 0 });
    });

    it('waits for word from the receiver only while something waits', () => {
      service = startRelayed({ maxSpansInFlight: 1 });

      end(1);
      const nothingWaits = service.counts.take();
      end(2);
      end(1);
      const oneWaits = service.counts.take();
      end(1);
      service.counts.take();

      expect([nothingWaits, oneWaits]).to.deep.equal([false, true]);
    });

    it('sends the rest when its receiver has room', () => {
      service = startRelayed({ maxSpansInFlight: 1 });
      end(1, 'first');
      end(1, 'second');
      service.counts.take();

      service.tell({ type: 'room' });

      expect(service.batches()).to.deep.equal([['first'], ['second']]);
      expect(service.counts.hasSettled(ALL)).to.equal(true);
    });

    it('sends all the same when its receiver flushes', () => {
      service = startRelayed({ maxSpansInFlight: 1 });
      for (const name of ['first', 'second', 'third']) end(1, name);
      service.start('queued').end();

      service.tell({ type: 'flush', flush: 7 });
      const posted = service.posted();

      expect(posted.at(-1)).to.deep.equal({ type: 'flushed', flush: 7 });
      expect(service.relay.stats()).to.include({ sent: 4, queued: 0, dropped: 0, inFlight: 4 });
    });

    it('sends all the same when it is closed', () => {
      service = startRelayed({ maxSpansInFlight: 1 });
      for (const name of ['first', 'second', 'third']) end(1, name);

      service.relay.close();

      expect(service.batches()).to.deep.equal([['first'], ['second', 'third']]);
      expect(service.relay.stats()).to.include({ sent: 3, dropped: 0, queued: 0, inFlight: 0, bytesInFlight: 0 });
    });

    it('counts spans that do not fit by bytes', () => {
      service = startRelayed({ maxBytes: 100_000 });
      const endLarge = (name: string) => {
        service.start(name).setAttribute('large', 'x'.repeat(60_000)).end();
        service.cache.flush();
      };

      for (const name of ['a', 'b', 'c', 'd', 'e']) endLarge(name);

      const { bytesInFlight, queuedBytes, ...stats } = service.relay.stats();
      expect(service.batches()).to.deep.equal([['a'], ['b']]);
      expect(stats).to.include({ sent: 2, inFlight: 2, queued: 1, dropped: 2, droppedByBytes: 2 });
      expect(bytesInFlight).to.be.within(120_000, 125_000);
      expect(queuedBytes).to.be.within(60_000, 65_000);
      service.counts.take();
      service.counts.take();
      expect(service.relay.stats()).to.include({ inFlight: 0, bytesInFlight: 0 });
    });
  });

  describe('when it ends', () => {
    const exitListeners = () => process.listeners('exit') as (() => void)[];

    it('has sent everything and said goodbye when its thread exits', () => {
      const others = new Set(exitListeners());
      service = startRelayed({ maxSpansInFlight: 1 });
      service.start('first').end();
      service.cache.flush();
      service.start('last').end();

      for (const listener of exitListeners()) if (!others.has(listener)) listener();

      const posted = service.posted();
      expect(posted.map(({ type }) => type)).to.deep.equal(['batch', 'batch', 'bye']);
      expect(service.relay).to.include({ closed: true });
      expect(service.relay.stats()).to.include({ sent: 2, dropped: 0 });
    });

    it('is closed at the end of a `using` block', () => {
      service = startRelayed();

      service.relay[Symbol.dispose]();

      expect(service.relay.closed).to.equal(true);
    });

    it('leaves no listener behind, and says goodbye once', () => {
      const warnings: unknown[] = [];
      listenToWarnings((...args) => warnings.push(args[1]));
      service = startRelayed();
      const before = exitListeners();

      service.relay.close();
      service.relay.close();
      diag.disable();

      expect(service.posted()).to.deep.equal([{ type: 'bye', dropped: 0, droppedOrphans: 0 }]);
      expect(before.length - exitListeners().length).to.equal(1);
      expect(warnings).to.deep.equal([]);
    });

    it('reports in its goodbye what it had no batch to report with', () => {
      service = startRelayed();

      receive(service.cache, { dropped: 2, droppedOrphans: 3 });
      service.relay.close();

      expect(service.posted()).to.deep.equal([{ type: 'bye', dropped: 2, droppedOrphans: 3 }]);
    });
  });

  describe('without demand for its spans', () => {
    it('neither sends nor counts anything, and continues when there is demand again', async () => {
      const warnings: unknown[] = [];
      listenToWarnings((...args) => warnings.push(args[1]));
      service = startRelayed();
      const none = { type: 'demand', spans: false, orphans: false } as const;

      service.tell(none, none);
      service.start('unwanted').end();
      receive(service.cache, { dropped: 1, droppedOrphans: 1 });
      await microtasks();
      const unwanted = [service.cache.stats().subscriptions.length, service.counts.hasSettled(none)];
      service.tell({ type: 'demand', ...ALL });
      service.start('wanted').end();
      await microtasks();
      diag.disable();

      expect(unwanted).to.deep.equal([0, true]);
      expect(service.batches()).to.deep.equal([['wanted']]);
      service.relay.close();
      expect(service.posted()).to.deep.equal([{ type: 'bye', dropped: 0, droppedOrphans: 0 }]);
      expect(warnings).to.deep.equal([]);
    });

    it('does not observe its cache, nor more than once after any change of the demand', () => {
      service = startRelayed();
      const observers = sinon.spy(internalsOf(service.cache), 'observe');
      const open = () => observers.returnValues.filter(({ closed }) => !closed).length;
      const demand = (spans: boolean, orphans = false) => ({ type: 'demand', spans, orphans }) as const;

      service.tell(demand(false), demand(false));
      const first = open();
      service.tell(demand(true), demand(true, true), demand(true));
      const then = open();
      service.tell(demand(false));

      expect([first, then, open()]).to.deep.equal([0, 1, 0]);
    });
  });

  it('sends attributes of a resource once they are known, without waiting for another span', async () => {
    const known = Promise.resolve('eu-1');
    const resource = resourceFromAttributes({ region: known });
    service = startRelayed({}, {}, { resource });
    const unpacker = new SpanUnpacker();
    const received = () => {
      const batches = service.posted().filter((message): message is BatchMessage => message.type === 'batch');
      return batches.flatMap(({ batch }) => unpacker.unpack(batch).spans);
    };

    service.start('early').end();
    service.cache.flush();
    const [early] = received();
    const before = early!.resource.attributes['region'];
    await resource.waitForAsyncAttributes!();
    await microtasks();
    const more = received();

    expect(before).to.equal(undefined);
    expect(early!.resource.attributes['region']).to.equal('eu-1');
    expect(more).to.deep.equal([]);
    expect(service.relay.stats()).to.include({ sent: 1, inFlight: 1, unreadable: 0 });
  });

  it('reports a message that cannot be read, and continues', () => {
    const warnings: unknown[] = [];
    listenToWarnings((...args) => warnings.push(args[1]));
    service = startRelayed();

    service.tell({ type: 'greeting' } as never, { type: 'flush', flush: 1 });
    diag.disable();

    expect(warnings).to.deep.equal(['spans could not be sent to another thread']);
    expect(service.posted().at(-1)).to.deep.equal({ type: 'flushed', flush: 1 });
  });

  it('has published its possible losses before and after each message, whichever is its last', () => {
    service = startRelayed();
    const { postMessage } = BroadcastChannel.prototype;
    const lost: number[] = [];
    let arrived = 0;
    const note = () => void lost.push(service.counts.missing({ spans: arrived, orphans: 0 }).spans);
    const stub = sinon.stub(BroadcastChannel.prototype, 'postMessage').callsFake(function post(
      this: BroadcastChannel,
      message: unknown,
    ) {
      note();
      postMessage.call(this, message);
      arrived += (message as BatchMessage).batch.spans;
      note();
    });

    for (let i = 0; i < 300; i++) service.start('span').end();
    service.cache.flush();
    stub.restore();

    expect(lost).to.deep.equal([300, 44, 44, 0]);
  });

  it('creates no log records without a reader', () => {
    service = startRelayed({}, { logRecords: 'events' });
    const enabled = (eventName?: string) => service.cache.logRecordProcessor.enabled!({ eventName } as never);

    expect([enabled(), enabled('order.paid')]).to.deep.equal([false, true]);
  });
});

describe('CacheRelay, before its receiver listens to its own channel,', () => {
  it('posts a bounded number of messages to the shared channel', () => {
    const service = startService();
    const receiver = new BroadcastChannel(randomUUID());
    const address = { version: PROTOCOL_VERSION, threadId: 0, channel: receiver.name };
    using relay = new CacheRelay(service.cache, address, relayOptions());

    for (let i = 0; i < 200; i++) {
      service.start('span').end();
      service.cache.flush();
    }

    const posted = receivedOn(receiver);
    receiver.close();
    // One of them is the hello.
    expect(posted).to.have.length(64);
    expect(relay.stats()).to.include({ queued: 137, dropped: 0 });
  });
});
