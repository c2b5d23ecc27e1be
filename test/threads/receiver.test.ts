import workerThreads, { BroadcastChannel, getEnvironmentData } from 'node:worker_threads';
import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import {
  connectThreads,
  receiveSpans,
  SpanPacker,
  type ReceiverStats,
  type SpanReceiver,
  type ThreadStats,
} from '../../src/threads/index.js';
import {
  channelOf,
  PROTOCOL_VERSION,
  type PortHandover,
  type ReceiverAddress,
  type ReceiverMessage,
} from '../../src/threads/protocol.js';
import { SharedCounts } from '../../src/threads/shared-counts.js';
import { eventually, listenToWarnings, startService, type Service } from '../scenarios/service.js';
import { postUnreadable } from './unreadable.js';

interface Receiving extends Service, Disposable {
  receiver: SpanReceiver;
  /** Posts messages on the receiver's channel, and has them processed. */
  post(...messages: unknown[]): Promise<void>;
  /** The texts of the warnings so far, with the messages of their errors. */
  warnings: string[];
}

function startReceiving(): Receiving {
  const service = startService();
  const receiver = receiveSpans(service.cache);
  const warnings: string[] = [];
  listenToWarnings((_, text, error) => warnings.push([text, (error as Error | undefined)?.message].join(': ')));
  return {
    ...service,
    receiver,
    warnings,
    async post(...messages) {
      using channel = openChannel();
      for (const message of messages) channel.postMessage(message);
      await receiver.forceFlush();
    },
    [Symbol.dispose]() {
      receiver.close();
      diag.disable();
    },
  };
}

/** The name of the channel of the receiver that was started last. */
function addressOfReceiver(): string {
  return (getEnvironmentData('otel-span-cache.threads') as unknown as ReceiverAddress).channel;
}

function openChannel(name = addressOfReceiver()): BroadcastChannel & Disposable {
  const channel = new BroadcastChannel(name);
  return Object.assign(channel, { [Symbol.dispose]: () => channel.close() });
}

/** The first message of a thread that does not exist. */
function hello(parts: object = {}): object {
  const counts = new SharedCounts().memory;
  return { type: 'hello', version: PROTOCOL_VERSION, threadId: 1_000_000, threadName: undefined, counts, ...parts };
}

function batch(parts: object): object {
  return { type: 'batch', batch: { ...new SpanPacker().pack({}), ...parts } };
}

describe('receiveSpans()', () => {
  afterEach(() => sinon.restore());

  const NO_HELLO = 'the first message must be a hello';
  for (const [what, message, reason] of [
    ['nothing', undefined, 'a message must be an object'],
    ['text', 'hello', 'a message must be an object'],
    ['a batch of a relay that is not known', { relay: 'r', message: { type: 'batch' } }, NO_HELLO],
    ['a hello of no relay', { message: hello() }, 'a broadcast must have the id of its relay'],
    ...(
      [
        ['another version', { version: 99 }, 'a relay must use version 3 of the protocol'],
        ['a hello of no thread', { threadId: -1 }, 'a thread id must be a non-negative integer'],
        ['a hello whose thread has a number as its name', { threadName: 1 }, 'a thread name must be a string'],
        ['a hello without its counts', { counts: undefined }, 'a relay must share its counts'],
        ['a hello whose counts are empty', { counts: new Int32Array(0) }, 'a relay must share its counts'],
        ['a hello whose counts are no integers', { counts: new Float64Array(6) }, 'a relay must share its counts'],
      ] as const
    ).map(([name, parts, why]) => [name, { relay: 'r', message: hello(parts) }, why] as const),
  ] as const) {
    it(`counts and ignores a message that is ${what}`, async () => {
      using service = startReceiving();

      await service.post(message);

      expect(service.receiver.stats()).to.deep.include({ threads: [], invalid: 1 });
      expect(service.warnings).to.deep.equal([`a message from a thread could not be read: ${reason}`]);
    });
  }

  const ALL_ITEMS = 'a packed batch must have all of its items and nothing else';
  for (const [what, message, reason] of [
    ['nothing', undefined, 'a message must be an object'],
    ['of no known type', { type: 'greeting' }, 'a message must have a known type'],
    ['of a type that every object has', { type: 'toString' }, 'a message must have a known type'],
    ['a second hello', hello(), 'a message must have a known type'],
    ['the answer to a flush without its number', { type: 'flushed' }, 'a flush must have a number'],
    ['a farewell without its losses', { type: 'bye', dropped: 1 }, 'losses must be counts'],
    ['a farewell with negative losses', { type: 'bye', dropped: -1, droppedOrphans: 0 }, 'losses must be counts'],
    ['a batch without its content', { type: 'batch' }, 'a packed batch must be an object'],
    ['a batch that ends early', batch({ spans: 1 }), ALL_ITEMS],
    ['a batch with more than it says', batch({ items: new Uint8Array(4) }), ALL_ITEMS],
    ['a batch that has lost no number', batch({ dropped: NaN }), 'the losses of a packed batch must be counts'],
    ['a batch whose texts are no strings', batch({ added: [{}] }), 'the texts of a packed batch must be strings'],
    [
      'a batch with an orphan of no content',
      batch({ orphans: 1, items: new Uint8Array(4) }),
      'every item of a batch must be readable',
    ],
    [
      'a batch with a span of no content',
      batch({ spans: 1, items: new Uint8Array(4) }),
      'every item of a batch must be readable',
    ],
  ] as const) {
    it(`counts and ignores a message of a thread that is ${what}`, async () => {
      using service = startReceiving();
      service.cache.store();

      await service.post(...[hello(), message].map((each) => ({ relay: 'r', message: each })));

      const [thread] = service.receiver.stats().threads;
      expect(thread).to.deep.include({ threadId: 1_000_000, received: 0, invalid: 1 } satisfies Partial<ThreadStats>);
      expect(service.warnings).to.include(`a message from thread 1000000 could not be read: ${reason}`);
      expect(service.cache.stats().spans.delivered).to.equal(0);
    });
  }

  it('rejects wrong options only if they are given', () => {
    const { cache } = startService();

    expect(() => receiveSpans(cache, { flushTimeoutMillis: 0 })).to.throw(RangeError, 'flushTimeoutMillis');
    expect(() => receiveSpans({} as never)).to.throw(TypeError, 'cache must be');
  });

  it('has no numbers of threads at first', () => {
    using service = startReceiving();

    expect(service.receiver.stats()).to.deep.equal({
      threads: [],
      earlier: {
        ended: 0,
        died: 0,
        received: 0,
        receivedOrphans: 0,
        dropped: 0,
        droppedOrphans: 0,
        unsent: 0,
        invalid: 0,
      },
      invalid: 0,
    } satisfies ReceiverStats);
  });

  it('lists the connected threads, then the last 32 that have gone, and sums up the earlier ones', async () => {
    sinon.stub(workerThreads, 'postMessageToThread').returns(new Promise(() => {}));
    using service = startReceiving();
    const settled = new SharedCounts();
    settled.settle({ spans: true, orphans: true });
    const bye = { type: 'bye', dropped: 1, droppedOrphans: 2 };

    await service.post(
      { relay: 'connected', message: hello({ threadId: 99, counts: settled.memory }) },
      ...Array.from({ length: 34 }, (_, threadId) => [
        { relay: `r${threadId}`, message: hello({ threadId }) },
        { relay: `r${threadId}`, message: bye },
      ]).flat(),
    );

    const { threads, earlier } = service.receiver.stats();
    expect(threads.map(({ threadId }) => threadId)).to.deep.equal([99, ...Array.from({ length: 32 }, (_, i) => i + 2)]);
    expect(earlier).to.include({ ended: 2, died: 0, dropped: 2, droppedOrphans: 4 });
  });

  it('counts a message that cannot be deserialized, and reads the next ones', async () => {
    using service = startReceiving();
    using channel = openChannel();
    service.cache.store();

    using _ = postUnreadable(channel);
    channel.postMessage({ relay: 'r', message: hello() });
    await eventually(() => service.receiver.stats().threads.length === 1);

    expect(service.receiver.stats().invalid).to.equal(1);
  });

  it('counts it as well during a flush', async () => {
    using service = startReceiving();
    using channel = openChannel();

    using _ = postUnreadable(channel);
    const flushed = service.receiver.forceFlush();
    const { invalid } = service.receiver.stats();
    await flushed;

    expect(invalid).to.equal(1);
  });

  it('has read all posted messages before other listeners for the exit of the process are called', () => {
    const before = new Set(process.listeners('exit'));
    using service = startReceiving();
    using channel = openChannel();
    const last = () => {};
    process.on('exit', last);

    channel.postMessage({ relay: 'r', message: hello() });
    const listeners = process.listeners('exit') as (() => void)[];
    process.off('exit', last);
    const [first] = listeners;
    first!();

    expect(before).not.to.include(first);
    expect(service.receiver.stats().threads).to.have.length(1);
  });

  it('reads nothing any more once it is closed, and leaves no listener behind', async () => {
    using service = startReceiving();
    using channel = openChannel();
    const listeners = process.listenerCount('exit');

    channel.postMessage({ relay: 'before', message: hello() });
    service.receiver.close();
    channel.postMessage({ relay: 'after', message: hello() });
    service.receiver.close();
    await service.receiver.forceFlush();

    expect(service.receiver.stats().threads.map(({ state }) => state)).to.deep.equal(['ended']);
    expect(service.receiver.stats().invalid).to.equal(0);
    expect(listeners - process.listenerCount('exit')).to.equal(1);
    expect(service.warnings).to.deep.equal([]);
  });

  it('is closed at the end of a `using` block', () => {
    const receiver = receiveSpans(startService().cache);
    const before = receiver.closed;

    receiver[Symbol.dispose]();

    expect([before, receiver.closed]).to.deep.equal([false, true]);
  });

  it('has a channel of its own', async () => {
    using first = startReceiving();
    using second = startReceiving();

    await second.post({ relay: 'r', message: hello() });
    await first.receiver.forceFlush();

    expect([first, second].map(({ receiver }) => receiver.stats().threads.length)).to.deep.equal([0, 1]);
  });

  it('waits for the answer of a thread, up to flushTimeoutMillis', async () => {
    const { cache } = startService();
    using receiver = connectThreads(cache, { flushTimeoutMillis: 600_000 }) as SpanReceiver;
    using own = openChannel(channelOf('r', addressOfReceiver()));
    let answered = false;
    const answer = (flush: number) => {
      answered = true;
      own.postMessage({ type: 'flushed', flush });
    };
    sinon.stub(workerThreads, 'postMessageToThread').callsFake(async (_, handover: unknown) => {
      own.postMessage({ type: 'ready' });
      (handover as PortHandover).port.on('message', (message: ReceiverMessage) => {
        if (message.type === 'flush') setTimeout(answer, 20, message.flush);
      });
    });
    using channel = openChannel();
    channel.postMessage({ relay: 'r', message: hello() });

    await receiver.forceFlush();

    expect(answered).to.equal(true);
  });
});
