import workerThreads, { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads';
import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import { connectThreads, receiveSpans, relaySpans } from '../../src/threads/index.js';
import { PROTOCOL_VERSION } from '../../src/threads/protocol.js';
import { listenToWarnings, startService } from '../scenarios/service.js';

const KEY = 'otel-span-cache.threads';

/** Publishes a receiver, as a thread that created this one would have done. */
function inherit(version = PROTOCOL_VERSION): void {
  setEnvironmentData(KEY, { version, threadId: threadId + 1, channel: 'of another thread' });
}

function warningsDuring(action: () => void): unknown[] {
  const warnings: unknown[] = [];
  listenToWarnings((...args) => warnings.push(args[1]));
  action();
  diag.disable();
  return warnings;
}

afterEach(() => setEnvironmentData(KEY, undefined));

describe('connectThreads()', () => {
  it('receives in a thread whose ancestors do not', () => {
    const { cache } = startService();

    using connection = connectThreads(cache);

    expect(connection).to.include({ role: 'receiver', closed: false });
    expect(getEnvironmentData(KEY)).to.include({ version: PROTOCOL_VERSION, threadId });
    expect(connectThreads(cache)).to.equal(connection);
    expect(receiveSpans(cache)).to.equal(connection);
  });

  it('relays in a thread that has a receiver among its ancestors', () => {
    const { cache } = startService();
    inherit();

    using connection = connectThreads(cache, { capacity: 10, flushTimeoutMillis: 10 });

    expect(connection).to.include({ role: 'relay', closed: false });
    expect(connectThreads(cache)).to.equal(connection);
    expect(relaySpans(cache)).to.equal(connection);
  });

  it('connects a cache again once its connection is closed', () => {
    const { cache } = startService();
    const first = connectThreads(cache);

    first.close();
    using second = connectThreads(cache);

    expect(second).not.to.equal(first);
    expect([first.closed, second.closed]).to.deep.equal([true, false]);
  });

  it('leaves the address of another receiver published when it is closed', () => {
    const first = receiveSpans(startService().cache);
    const second = receiveSpans(startService().cache);
    const published = getEnvironmentData(KEY);

    first.close();
    expect(getEnvironmentData(KEY)).to.equal(published);
    second.close();
    expect(getEnvironmentData(KEY)).not.to.equal(published);
  });

  it('rejects wrong arguments', () => {
    const { cache } = startService();

    expect(() => connectThreads({} as never)).to.throw(TypeError, 'cache must be');
    expect(() => connectThreads(cache, { flushTimeoutMillis: 0 })).to.throw(RangeError, 'flushTimeoutMillis');
    expect(() => connectThreads(cache, { capacity: 0 })).to.throw(RangeError, 'capacity');
  });
});

describe('relaySpans()', () => {
  it('is closed if no thread receives, and reports that', () => {
    const { cache } = startService();
    let relay = relaySpans(cache);

    const warnings = warningsDuring(() => (relay = relaySpans(cache)));

    relay.close();
    relay[Symbol.dispose]();
    expect(relay).to.include({ role: 'relay', closed: true });
    expect(cache.stats().subscriptions).to.deep.equal([]);
    expect(warnings).to.deep.equal([
      'the spans of this thread are not relayed: no ancestor thread was receiving spans when it created this thread or its ancestor',
    ]);
    expect(Object.values(relay.stats())).to.deep.equal(Array.from({ length: 9 }, () => 0));
  });

  it('is closed if the receiver uses another version, and reports that', () => {
    inherit(PROTOCOL_VERSION + 1);

    const warnings = warningsDuring(() => expect(relaySpans(startService().cache).closed).to.equal(true));

    expect(warnings).to.deep.equal([
      'the spans of this thread are not relayed: the receiving thread runs another version of otel-span-cache',
    ]);
  });

  it('is closed if Node.js cannot post to a thread, and reports that', () => {
    const { postMessageToThread } = workerThreads;
    inherit();
    Reflect.deleteProperty(workerThreads, 'postMessageToThread');

    const warnings = warningsDuring(() => expect(relaySpans(startService().cache).closed).to.equal(true));
    Object.assign(workerThreads, { postMessageToThread });

    expect(warnings).to.deep.equal([
      'the spans of this thread are not relayed: relaying needs Node.js 20.19, or 22.5 or newer',
    ]);
  });

  it('rejects wrong options only if they are given', () => {
    const { cache } = startService();

    for (const [option, value] of [
      ['capacity', 0],
      ['maxSpansInFlight', -1],
      ['maxBytes', 0],
      ['threadName', ''],
    ] as const) {
      expect(() => relaySpans(cache, { [option]: value })).to.throw(RangeError, option);
    }
    expect(() => relaySpans(cache, { threadName: 1 } as never)).to.throw(
      TypeError,
      'threadName must be a string that is not empty, got 1 (number)',
    );
    expect(() => relaySpans({} as never)).to.throw(TypeError, 'cache must be');
    expect(() => relaySpans(cache, { flushTimeoutMillis: 1 } as never)).to.throw(TypeError, 'unknown option');
  });
});
