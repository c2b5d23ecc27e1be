import { BroadcastChannel, getEnvironmentData } from 'node:worker_threads';
import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import {
  receiveSpans,
  SpanPacker,
  type ReceiverStats,
  type SpanReceiver,
  type ThreadStats,
} from '../../src/threads/index.js';
import { PROTOCOL_VERSION } from '../../src/threads/protocol.js';
import { SharedCounts } from '../../src/threads/shared-counts.js';
import { listenToWarnings, startService, type Service } from '../scenarios/service.js';

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
      const { channel: name } = getEnvironmentData('otel-span-cache.threads') as unknown as { channel: string };
      const channel = new BroadcastChannel(name);
      for (const message of messages) channel.postMessage(message);
      channel.close();
      await receiver.forceFlush();
    },
    [Symbol.dispose]() {
      receiver.close();
      diag.disable();
    },
  };
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
});
