import { THREAD_ID, THREAD_NAME } from '../model/semconv.js';
import workerThreads, { type BroadcastChannel, type MessagePort } from 'node:worker_threads';
import { Episode } from '../support/episode.js';
import { guarded } from '../support/report.js';
import type { SpanDemand } from '../cache/intake/gate.js';
import type { CacheInternals } from '../cache/internals.js';
import { checkRelayMessage, isBatch } from './check-message.js';
import type { ThreadStats } from './contract.js';
import { FlushRequests } from './flush-requests.js';
import type { BatchMessage, Hello, Losses, PortHandover, ReceiverMessage, RelayMessage } from './protocol.js';
import { SharedCounts } from './shared-counts.js';
import { BatchUnpacker } from './wire/batch-unpacker.js';

interface ThreadLinkParts {
  readonly cache: Pick<CacheInternals, 'receive'>;
  readonly hello: Hello;
  /** The relay's id, under which its thread waits for the port. */
  readonly relay: string;
  /** The name of the relay's own channel. */
  readonly channel: string;
  readonly demand: SpanDemand;
  /** Takes in what the relay posted before it had a channel of its own. */
  drainChannel(this: void): void;
  onGone(): void;
}

/**
 * One relay, as its receiver sees it: what it sends on its channel goes into the cache, and is counted.
 *
 * The port that it is given closes when the thread is gone. If there was no `bye` by then, the thread has died. What
 * the relay owes at its end and did not bring is counted as lost. Nothing that comes throws: a message that cannot be
 * read costs itself, and nobody waits for what it may have said.
 */
export class ThreadLink {
  readonly #parts: ThreadLinkParts;
  readonly #counts: SharedCounts;
  readonly #channel: BroadcastChannel;
  readonly #port: MessagePort;
  readonly #unpacker: BatchUnpacker;
  readonly #flushes: FlushRequests;
  readonly #failures = new Episode();
  /** Whether the relay has the port. */
  #ready = false;
  #state: ThreadStats['state'] = 'connected';
  readonly #numbers = { received: 0, receivedOrphans: 0, dropped: 0, droppedOrphans: 0, unsent: 0, invalid: 0 };

  constructor(parts: ThreadLinkParts) {
    const { hello, relay, channel, demand, drainChannel } = parts;
    this.#parts = parts;
    this.#counts = new SharedCounts(hello.counts);
    this.#unpacker = new BatchUnpacker(threadAttributes(hello));
    this.#flushes = new FlushRequests((flush) => this.ask({ type: 'flush', flush }));
    this.#channel = new workerThreads.BroadcastChannel(channel);
    this.#channel.addEventListener('message', drainChannel, { once: true });
    this.#channel.addEventListener('message', (event) => this.take((event as MessageEvent).data));
    this.#channel.addEventListener('messageerror', () => this.#takeUnreadable());
    (this.#channel as unknown as NodeJS.RefCounted).unref();
    this.#counts.listen();
    const { port1, port2 } = new workerThreads.MessageChannel();
    this.#port = port1;
    port1.on('close', guarded('the end of a thread', () => this.#gone()));
    port1.unref();
    this.ask({ type: 'demand', ...demand });
    const handover: PortHandover = { otelSpanCacheRelay: relay, port: port2 };
    // Refused by a thread that has ended, or whose relay has. Others may have listened, and the relay may be gone.
    const handedOver = workerThreads.postMessageToThread(hello.threadId, handover, [port2]);
    // For ever, if the thread dies before it looks: the link is not kept for that.
    const link = new WeakRef(this);
    const check = () => {
      const kept = link.deref();
      if (kept !== undefined) kept.#requireReady();
    };
    handedOver.then(check, check);
  }

  ask(message: ReceiverMessage): void {
    this.#port.postMessage(message);
  }

  /**
   * Has the relay send all it has. Resolves when that is here, the thread is gone or the time is up: at once if the
   * relay has nothing left to send, as then its thread may sleep.
   */
  async flush(wanted: SpanDemand, timeIsUp: Promise<void>): Promise<void> {
    if (!this.#isConnected) return;
    const settled = this.#counts.hasSettled(wanted);
    this.drain();
    if (!settled && this.#isConnected) await this.#flushes.wait(timeIsUp);
  }

  /** Takes in what was posted on the channel, without waiting for the event loop. */
  drain(): void {
    this.#parts.drainChannel();
    for (let next = this.#next(); next !== undefined; next = this.#next()) this.take(next.message);
  }

  take(message: unknown): void {
    if (isBatch(message)) this.#noteTaken();
    try {
      this.#take(checkRelayMessage(message));
      this.#failures.end();
    } catch (error) {
      this.#refuse(error);
    }
  }

  close(): void {
    this.#leave('ended');
  }

  stats(): ThreadStats {
    const { threadId, threadName } = this.#parts.hello;
    return { threadId, threadName, state: this.#state, ...this.#numbers };
  }

  get #isConnected(): boolean {
    return this.#state === 'connected';
  }

  /** Undefined also for a message that cannot be cloned, so that a drain always ends. */
  #next(): { message: unknown } | undefined {
    if (!this.#isConnected) return undefined;
    try {
      return workerThreads.receiveMessageOnPort(this.#channel as unknown as MessagePort);
    } catch {
      this.#takeUnreadable();
      return undefined;
    }
  }

  /** Hardly anything but a batch holds what can fail to arrive. */
  #takeUnreadable(): void {
    this.#noteTaken();
    this.#refuse(new TypeError('a message must be such that it can be cloned'));
  }

  /** A batch is out of the way, whatever is in it. */
  #noteTaken(): void {
    if (this.#counts.take()) this.ask({ type: 'room' });
  }

  /** Counts a message that cannot be read. It may have been the answer to a flush. */
  #refuse(error: unknown): void {
    this.#numbers.invalid++;
    this.#failures.report(`a message of thread ${this.#parts.hello.threadId} could not be read`, error);
    this.#flushes.giveUp();
  }

  #take(message: Exclude<RelayMessage, Hello>): void {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        break;
      case 'batch':
        this.#takeBatch(message);
        break;
      case 'resource':
        this.#unpacker.settle(message.id, message.attributes);
        break;
      case 'flushed':
        this.#flushes.answered(message.flush);
        break;
      case 'bye':
        this.#countLost(message);
        this.#countLost(this.#missing());
        this.#leave('ended');
        break;
    }
  }

  #takeBatch(message: BatchMessage): void {
    const { spans, orphans } = this.#unpacker.unpack(message);
    this.#numbers.received += spans.length;
    this.#numbers.receivedOrphans += orphans.length;
    this.#parts.cache.receive({ spans, orphans });
    this.#countLost(message);
    const unreadable = { dropped: message.spans - spans.length, droppedOrphans: message.orphans - orphans.length };
    this.#countLost(unreadable);
    if (unreadable.dropped + unreadable.droppedOrphans > 0) throw new TypeError('a batch must be readable');
  }

  #countLost({ dropped, droppedOrphans }: Losses): void {
    this.#numbers.dropped += dropped;
    this.#numbers.droppedOrphans += droppedOrphans;
    this.#parts.cache.receive({ dropped, droppedOrphans });
  }

  /** What has not come by the end does not come. */
  #missing(): Losses {
    const { received, receivedOrphans, dropped, droppedOrphans } = this.#numbers;
    const missing = this.#counts.missing({ spans: received + dropped, orphans: receivedOrphans + droppedOrphans });
    return { dropped: missing.spans, droppedOrphans: missing.orphans };
  }

  #gone(): void {
    if (this.#isConnected) this.drain();
    if (!this.#isConnected) return;
    const settled = this.#counts.hasSettled({ spans: false, orphans: false });
    const missing = this.#missing();
    this.#numbers.unsent = missing.dropped;
    this.#numbers.droppedOrphans += missing.droppedOrphans;
    this.#parts.cache.receive(missing);
    this.#leave('died');
    if (settled) return;
    const { threadId } = this.#parts.hello;
    this.#failures.report(`thread ${threadId} ended at once; ${missing.dropped} spans or more that it had not sent are lost`);
  }

  /** Where the message was delivered and no relay has answered, none ever takes the port. */
  #requireReady(): void {
    if (!this.#isConnected) return;
    this.drain();
    if (!this.#ready) this.#port.close();
  }

  #leave(state: ThreadStats['state']): void {
    if (!this.#isConnected) return;
    this.#state = state;
    this.#channel.close();
    this.#port.close();
    this.#unpacker.end();
    this.#flushes.end();
    this.#parts.onGone();
  }
}

function threadAttributes({ threadId, threadName }: Hello): [string, string | number][] {
  const id: [string, number] = [THREAD_ID, threadId];
  return threadName === undefined ? [id] : [id, [THREAD_NAME, threadName]];
}
