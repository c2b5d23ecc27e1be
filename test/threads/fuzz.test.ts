import { randomUUID } from 'node:crypto';
import { BroadcastChannel, getEnvironmentData, MessageChannel } from 'node:worker_threads';
import { diag, TraceFlags } from '@opentelemetry/api';
import { expect } from 'chai';
import type { DeliveredSpan, OrphanEvent, SpanCache, SpanCacheStats } from '../../src/index.js';
import { newCache } from '../caches.js';
import { receiverOptions, relayOptions } from '../../src/threads/options.js';
import {
  PROTOCOL_VERSION,
  type Broadcast,
  type ReceiverMessage,
  type RelayMessage,
} from '../../src/threads/protocol.js';
import { CacheReceiver } from '../../src/threads/receiver.js';
import { CacheRelay } from '../../src/threads/relay.js';
import { SharedCounts } from '../../src/threads/shared-counts.js';
import { ThreadLink } from '../../src/threads/thread-link.js';
import { SpanPacker } from '../../src/threads/wire/span-packer.js';
import { total, startService } from '../scenarios/service.js';
import { Mutator } from './mutator.js';
import { internalsOf } from '../../src/cache/internals.js';

/** Mutated messages of each type. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? (process.env['CI'] === 'true' ? 100_000 : 10_000));

const NO_THREAD = 1_000_000;

function hello(counts = new SharedCounts()) {
  return {
    type: 'hello',
    version: PROTOCOL_VERSION,
    threadId: NO_THREAD,
    threadName: 'fuzz',
    counts: counts.memory,
  } as const;
}

/** A batch of real spans and orphans, as a relay sends it. */
function batch(): RelayMessage {
  const { start } = startService();
  const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED };
  const spans = ['first', 'second'].map((name) => {
    const span = start(name).setAttributes({ text: 'x', list: [1, 2], flag: true });
    span.addEvent('event', { number: 1 }).addLink({ context: spanContext, attributes: { why: 'retry' } });
    span.end();
    return span as unknown as DeliveredSpan;
  });
  const orphan = {
    name: 'logged',
    time: [1, 2],
    attributes: { nested: { deep: [1] } },
    droppedAttributesCount: 0,
    severityNumber: 9,
    severityText: 'INFO',
    body: { a: 1 },
    observedTime: [3, 4],
    instrumentationScope: { name: 'log' },
    spanContext,
    reason: 'late',
  } as unknown as OrphanEvent;
  return { type: 'batch', batch: new SpanPacker().pack({ spans, orphans: [orphan], dropped: 1, droppedOrphans: 1 }) };
}

const MESSAGES: Record<Exclude<RelayMessage['type'], 'hello'>, () => RelayMessage> = {
  ready: () => ({ type: 'ready' }),
  batch,
  flushed: () => ({ type: 'flushed', flush: 1 }),
  bye: () => ({ type: 'bye', dropped: 1, droppedOrphans: 1 }),
};

/** Sums that hold for any input. */
function expectSums({ spans, events }: SpanCacheStats): void {
  expect(spans.received).to.equal(spans.queued + spans.held + spans.delivered + total(spans.dropped));
  const known = events.queued + events.parked + events.held + events.merged;
  expect(events.received).to.equal(known + total(events.orphaned) + total(events.dropped));
}

describe('Messages between threads that were tampered with', function () {
  this.timeout(300_000);

  const uncaught: unknown[] = [];
  const note = (error: unknown) => void uncaught.push(error);

  beforeEach(() => {
    uncaught.length = 0;
    process.on('uncaughtExceptionMonitor', note);
  });

  afterEach(() => {
    process.off('uncaughtExceptionMonitor', note);
    diag.disable();
    expect(uncaught).to.deep.equal([]);
  });

  for (const [type, make] of Object.entries(MESSAGES)) {
    it(`affect nothing else in their receiver if their type is ${type}`, () => {
      const mutator = new Mutator();
      const cache = newCache();
      cache.subscribe(() => {}, { orphans: true });
      const original = make();
      const sums = { spans: 0, orphans: 0 };
      let taken = 0;
      let invalid = 0;
      let link = newLink(cache);
      const retire = () => {
        link.close();
        const { received, dropped, unsent, receivedOrphans, droppedOrphans, ...rest } = link.stats();
        sums.spans += received + dropped + unsent;
        sums.orphans += receivedOrphans + droppedOrphans;
        invalid += rest.invalid;
      };

      for (let i = 0; i < RUNS; i++) {
        if (link.stats().state !== 'connected') {
          retire();
          link = newLink(cache);
        }
        link.take(mutator.mutated(original));
        taken++;
      }
      retire();
      cache.flush();

      const stats = cache.stats();
      expectSums(stats);
      expect(stats.spans.received, mutator.seed).to.equal(sums.spans);
      expect(stats.events.received, mutator.seed).to.equal(sums.orphans);
      expect(invalid, mutator.seed).to.be.within(1, taken);
    });
  }

  it('leave no link half-open if they are hellos, and no flush waits for them', async () => {
    const mutator = new Mutator();
    const cache = newCache();
    cache.subscribe(() => {}, { orphans: true });
    const receiver = new CacheReceiver(cache, receiverOptions({ flushTimeoutMillis: 120_000 }));
    const address = getEnvironmentData('otel-span-cache.threads') as unknown as { channel: string };
    const channel = new BroadcastChannel(address.channel);

    const following = batch();
    const first = hello();

    for (let i = 0; i < RUNS; i++) {
      const relay = `relay ${i}`;
      channel.postMessage(mutator.mutated({ relay, message: first }));
      if (i % 10 === 0) channel.postMessage({ relay, message: following });
      if (i % 100 === 0) await receiver.forceFlush();
    }
    await receiver.forceFlush();
    channel.close();

    const { threads, earlier, invalid } = receiver.stats();
    receiver.close();
    expect(threads.filter(({ state }) => state === 'connected')).to.deep.equal([]);
    expect(invalid).to.be.at.least(1);
    const all = [...threads, earlier];
    const spans = all.reduce((sum, { received, dropped, unsent }) => sum + received + dropped + unsent, 0);
    const orphans = all.reduce((sum, { receivedOrphans, droppedOrphans }) => sum + receivedOrphans + droppedOrphans, 0);
    expectSums(cache.stats());
    expect(cache.stats().spans.received, mutator.seed).to.equal(spans);
    expect(cache.stats().events.received, mutator.seed).to.equal(orphans);
  });

  it("do not stop a relay, regardless of its receiver's messages", async () => {
    const mutator = new Mutator();
    const said: ReceiverMessage[] = [
      { type: 'room' },
      { type: 'demand', spans: true, orphans: true },
      { type: 'flush', flush: 1 },
    ];
    const service = startService();
    const receiver = new BroadcastChannel(randomUUID());
    const posted: Broadcast[] = [];
    receiver.addEventListener('message', (event) => posted.push((event as MessageEvent).data as Broadcast));
    const relay = new CacheRelay(
      service.cache,
      { version: PROTOCOL_VERSION, threadId: 0, channel: receiver.name },
      relayOptions(),
    );
    await until(() => posted.length > 0);
    const [{ relay: id, message: first }] = posted as [Broadcast];
    const { port1, port2 } = new MessageChannel();

    for (let i = 0; i < RUNS / 10; i++) {
      // Only one that is right takes the port.
      process.emit('workerMessage' as never, mutator.mutated({ otelSpanCacheRelay: id, port: undefined }) as never);
    }
    process.emit('workerMessage' as never, { otelSpanCacheRelay: id, port: port2 } as never);
    for (let i = 0; i < RUNS; i++) {
      port1.postMessage(mutator.mutated(said[i % said.length]!));
      if (i % 1_000 === 0) await turn();
    }
    port1.postMessage(said[1]);
    port1.postMessage({ type: 'flush', flush: 1_000_000 });
    await until(() => posted.some(({ message }) => message.type === 'flushed' && message.flush === 1_000_000));
    posted.length = 0;
    service.start('afterwards').end();
    port1.postMessage({ type: 'flush', flush: 1_000_001 });
    await until(() => posted.some(({ message }) => message.type === 'flushed' && message.flush === 1_000_001));

    const answers = posted.map(({ message }) => message);
    relay.close();
    receiver.close();
    expect(first.type).to.equal('hello');
    expect(answers.filter(({ type }) => type === 'batch')).to.have.length(1);
    expect(answers.at(-1)).to.deep.equal({ type: 'flushed', flush: 1_000_001 });
  });
});

function newLink(cache: SpanCache): ThreadLink {
  const relay = randomUUID();
  return new ThreadLink({
    cache: internalsOf(cache),
    hello: hello(),
    relay,
    channel: `fuzz/${relay}`,
    demand: { spans: true, orphans: true },
    drainChannel: () => {},
    onGone: () => {},
  });
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Turns of the event loop after which a message is lost: a message takes a few. */
const MOST_TURNS = 300_000;

async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns++) {
    if (turns > MOST_TURNS) throw new Error('the message has not come');
    await turn();
  }
}
