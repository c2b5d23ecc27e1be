import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { BroadcastChannel, MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { channelOf, type Broadcast } from '../../src/threads/protocol.js';
import { RelayLink } from '../../src/threads/relay-link.js';
import { SharedCounts } from '../../src/threads/shared-counts.js';
import { eventually, listenToErrors } from '../scenarios/service.js';

interface Linked extends Disposable {
  link: RelayLink;
  counts: SharedCounts;
  /** The receiver's channel. */
  shared: BroadcastChannel;
  onMessage: sinon.SinonSpy;
  onClose: sinon.SinonSpy;
  /** Hands over a port to the relay that posts on the shared channel. Returns the receiver's end. */
  handOver(): MessagePort;
}

function startLink(onClose = sinon.spy()): Linked {
  const shared = new BroadcastChannel(randomUUID());
  const counts = new SharedCounts();
  const onMessage = sinon.spy();
  const link = new RelayLink(shared.name, counts, { onMessage, onClose });
  return {
    link,
    counts,
    shared,
    onMessage,
    onClose,
    handOver() {
      link.post({ type: 'ready' });
      const [{ relay }] = receivedOn(shared) as [Broadcast];
      const { port1, port2 } = new MessageChannel();
      announce({ otelSpanCacheRelay: relay, port: port2 });
      return port1;
    },
    [Symbol.dispose]() {
      link.close();
      shared.close();
    },
  };
}

/** Emits the event of a message that was posted to this thread. */
function announce(value: unknown): void {
  process.emit('workerMessage' as never, value as never);
}

function receivedOn(channel: BroadcastChannel): unknown[] {
  const messages: unknown[] = [];
  const next = () => receiveMessageOnPort(channel as unknown as MessagePort) as { message: unknown } | undefined;
  for (let message = next(); message !== undefined; message = next()) messages.push(message.message);
  return messages;
}

/** The open ports and channels that keep this process alive. */
function keptAlive(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'MessagePort').length;
}

describe('RelayLink', () => {
  afterEach(() => {
    sinon.restore();
    diag.disable();
  });

  it('keeps no channel open while the receiver does not listen to it', async () => {
    using linked = startLink();
    const before = keptAlive();

    for (let flush = 0; flush < 10; flush++) linked.link.post({ type: 'flushed', flush });
    const received = receivedOn(linked.shared);
    await eventually(() => keptAlive() <= before);

    expect(keptAlive()).to.be.at.most(before);
    expect(received).to.have.length(10);
  });

  it('posts everything on one channel of its own, in order, once the receiver listens to it', () => {
    using linked = startLink();
    linked.link.post({ type: 'flushed', flush: 0 });
    const [{ relay }] = receivedOn(linked.shared) as [Broadcast];
    const own = new BroadcastChannel(channelOf(relay, linked.shared.name));
    const posts = sinon.spy(BroadcastChannel.prototype, 'postMessage');

    linked.counts.listen();
    for (const flush of [1, 2, 3]) linked.link.post({ type: 'flushed', flush });

    const received = receivedOn(own);
    own.close();
    expect(received).to.deep.equal([1, 2, 3].map((flush) => ({ type: 'flushed', flush })));
    expect(receivedOn(linked.shared)).to.deep.equal([]);
    expect(new Set(posts.thisValues)).to.have.length(1);
  });

  it('takes one port, and passes on its messages', async () => {
    using linked = startLink();
    const listeners = process.listenerCount('workerMessage');

    const port = linked.handOver();
    const answers = receivedOn(linked.shared).map((posted) => (posted as Broadcast).message);
    const listening = process.listenerCount('workerMessage') - listeners;
    port.postMessage('hi');
    await eventually(() => linked.onMessage.called);

    expect(answers).to.deep.equal([{ type: 'ready' }]);
    expect(linked.onMessage.args).to.deep.equal([['hi']]);
    expect(listening).to.equal(-1);
  });

  it('reports that the receiver has gone', async () => {
    using linked = startLink();

    linked.handOver().close();
    await eventually(() => linked.onClose.called);

    expect(linked.onClose.callCount).to.equal(1);
  });

  it('closes the port when it is closed, but does not report that the receiver has gone', async () => {
    using linked = startLink();
    const port = linked.handOver();
    const closed = once(port, 'close');

    linked.link.close();
    await closed;
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));

    expect(linked.onClose.callCount).to.equal(0);
  });

  it('no longer waits for a port when it is closed', () => {
    const listeners = process.listenerCount('workerMessage');
    using linked = startLink();

    linked.link.close();

    expect(process.listenerCount('workerMessage')).to.equal(listeners);
  });

  it('closes its channel when it is closed', () => {
    using linked = startLink();
    linked.counts.listen();
    linked.link.post({ type: 'ready' });

    linked.link.close();

    expect(() => linked.link.post({ type: 'ready' })).to.throw('closed');
  });

  it('reports errors of its listener, and of a message that cannot be read', async () => {
    const errors: unknown[] = [];
    listenToErrors((...args) => errors.push(args[1]));
    const onClose = sinon.spy(() => {
      throw new Error('broken');
    });
    using linked = startLink(onClose);
    const port = linked.handOver();

    using other = startLink();
    announce({
      get otelSpanCacheRelay() {
        throw new Error('unreadable');
      },
    });
    port.close();
    await eventually(() => onClose.called);

    expect(other.onMessage.callCount).to.equal(0);
    expect(errors).to.deep.equal(['a listener for the port of a relay failed', 'cleaning up after a relay failed']);
  });
});
