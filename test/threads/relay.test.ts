import { randomUUID } from 'node:crypto';
import { BroadcastChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import type { SpanCacheOptions } from '../../src/index.js';
import { relayOptions, type RelayOptions } from '../../src/threads/options.js';
import {
  channelOf,
  PROTOCOL_VERSION,
  type BatchMessage,
  type Broadcast,
  type Hello,
  type RelayMessage,
} from '../../src/threads/protocol.js';
import { CacheRelay } from '../../src/threads/relay.js';
import { SharedCounts } from '../../src/threads/shared-counts.js';
import { SpanUnpacker } from '../../src/threads/wire/span-unpacker.js';
import { startService, type Service } from '../scenarios/service.js';

const ALL = { spans: true, orphans: true };

/** A relay in this thread, and what its receiver would have: all without a turn of the event loop. */
interface Relayed extends Service, Disposable {
  relay: CacheRelay;
  counts: SharedCounts;
  /** Messages posted since the last call. */
  posted(): RelayMessage[];
  /** The names of the spans in it, batch by batch. */
  batches(): string[][];
}

function startRelayed(options?: RelayOptions, cacheOptions?: SpanCacheOptions): Relayed {
  const service = startService(cacheOptions);
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
    [Symbol.dispose]() {
      relay.close();
      own.close();
      receiver.close();
    },
  };
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
