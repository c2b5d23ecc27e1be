import type { Attributes } from '@opentelemetry/api';
import { THREAD_ID, THREAD_NAME } from '../model/semconv.js';
import workerThreads, { type BroadcastChannel, type MessagePort } from 'node:worker_threads';
import { counted } from '../model/text-of.js';
import { Episode } from '../support/episode.js';
import { guarded } from '../support/report.js';
import type { SpanDemand } from '../cache/intake/gate.js';
import type { CacheInternals } from '../cache/internals.js';
import { checkRelayMessage, isBatch } from './check-message.js';
import type { ThreadStats } from './contract.js';
import { FlushRequests } from './flush-requests.js';
import type { BatchMessage, Hello, Losses, PortHandover, ReceiverMessage, RelayMessage } from './protocol.js';
import { SharedCounts } from './shared-counts.js';
import { SpanUnpacker } from './wire/span-unpacker.js';

interface ThreadLinkParts {
  readonly cache: Pick<CacheInternals, 'receive'>;
  readonly hello: Hello;
  /** The id of the relay. */
  readonly relay: string;
  /** The name of the relay's channel. */
  readonly channel: string;
  readonly demand: SpanDemand;
  /** Processes the messages on the receiver's channel, which the relay used before its own. */
  drainChannel(this: void): void;
  onGone(): void;
}

/**
 * The receiver's side of the connection to one relay: passes received batches to the cache, and counts them.
 *
 * The relay's port closes when its thread has gone; without a `bye` before that, the thread has died. Items that the
 * relay owed at its end but did not send are counted as lost. No message throws: an unreadable one is counted and
 * dropped, and flushes that may have been waiting for it are released.
 */
export class ThreadLink {
  readonly #parts: ThreadLinkParts;
  readonly #counts: SharedCounts;
  readonly #channel: BroadcastChannel;
  readonly #port: MessagePort;
  readonly #unpacker: SpanUnpacker;
  readonly #flushes: FlushRequests;
  readonly #failures = new Episode();
  /** Whether the relay has received the port. */
  #ready = false;
  #state: ThreadStats['state'] = 'connected';
  readonly #numbers = { received: 0, receivedOrphans: 0, dropped: 0, droppedOrphans: 0, unsent: 0, invalid: 0 };

  constructor(parts: ThreadLinkParts) {
    const { hello, relay, channel, demand, drainChannel } = parts;
    this.#parts = parts;
    this.#counts = new SharedCounts(hello.counts);
    this.#unpacker = new SpanUnpacker(threadAttributes(hello));
    this.#flushes = new FlushRequests((flush) => this.ask({ type: 'flush', flush }));
    this.#channel = new workerThreads.BroadcastChannel(channel);
    this.#channel.addEventListener('message', drainChannel, { once: true });
    this.#channel.addEventListener('message', (event) => this.take((event as MessageEvent).data));
    this.#channel.addEventListener('messageerror', () => this.#takeUnreadable());
    (this.#channel as unknown as NodeJS.RefCounted).unref();
    this.#counts.listen();
    const { port1, port2 } = new workerThreads.MessageChannel();
    this.#port = port1;
    port1.on(
      'close',
      guarded('cleaning up after a thread', () => this.#gone()),
    );
    port1.unref();
    this.ask({ type: 'demand', ...demand });
    const handover: PortHandover = { otelSpanCacheRelay: relay, port: port2 };
    // Rejects if the thread has ended or has no listener. It also resolves if only other listeners were called.
    const handedOver = workerThreads.postMessageToThread(hello.threadId, handover, [port2]);
    // The promise stays pending for ever if the thread dies before it reads the message. It must not keep the link alive.
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
   * Requests a flush of the relay. Resolves when everything has arrived, the thread has gone or the time is up. If the
   * relay has nothing left to send, no request is sent, because its thread may be blocked.
   */
  async flush(wanted: SpanDemand, timeIsUp: Promise<void>): Promise<void> {
    const settled = this.#counts.hasSettled(wanted);
    this.drain();
    if (!settled && this.#isConnected) await this.#flushes.wait(timeIsUp);
  }

  /** Processes the posted messages synchronously, without waiting for the event loop. */
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

  /** The next message. Undefined also for a message that cannot be deserialized, so that a drain always ends. */
  #next(): { message: unknown } | undefined {
    if (!this.#isConnected) return undefined;
    try {
      return workerThreads.receiveMessageOnPort(this.#channel as unknown as MessagePort);
    } catch {
      this.#takeUnreadable();
      return undefined;
    }
  }

  /** Treats a message that cannot be deserialized as a batch: hardly any other message can fail that way. */
  #takeUnreadable(): void {
    this.#noteTaken();
    this.#refuse(new TypeError('a message must be deserializable'));
  }

  /** Counts a batch as processed, even if it was invalid. */
  #noteTaken(): void {
    if (this.#counts.take()) this.ask({ type: 'room' });
  }

  /** Counts an unreadable message. It may have been the answer to a flush, so pending flushes are released. */
  #refuse(error: unknown): void {
    this.#numbers.invalid++;
    this.#failures.report(`a message from thread ${this.#parts.hello.threadId} could not be read`, error);
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
    const { spans, orphans, ...losses } = this.#unpacker.unpack(message.batch);
    this.#numbers.received += spans.length;
    this.#numbers.receivedOrphans += orphans.length;
    this.#parts.cache.receive({ spans, orphans });
    this.#countLost(losses);
    const unreadable = message.batch.spans + message.batch.orphans - spans.length - orphans.length;
    if (unreadable > 0) throw new TypeError('every item of a batch must be readable');
  }

  #countLost({ dropped, droppedOrphans }: Losses): void {
    this.#numbers.dropped += dropped;
    this.#numbers.droppedOrphans += droppedOrphans;
    this.#parts.cache.receive({ dropped, droppedOrphans });
  }

  /** Items that the relay owed at its end and that have not arrived. */
  #missing(): Losses {
    const { received, receivedOrphans, dropped, droppedOrphans } = this.#numbers;
    const missing = this.#counts.missing({ spans: received + dropped, orphans: receivedOrphans + droppedOrphans });
    return { dropped: missing.spans, droppedOrphans: missing.orphans };
  }

  #gone(): void {
    this.drain();
    if (!this.#isConnected) return;
    const settled = this.#counts.hasSettled({ spans: false, orphans: false });
    const missing = this.#missing();
    this.#numbers.unsent = missing.dropped;
    this.#numbers.droppedOrphans += missing.droppedOrphans;
    this.#parts.cache.receive(missing);
    this.#leave('died');
    if (settled) return;
    const { threadId } = this.#parts.hello;
    const lost = counted(missing.dropped, 'span');
    this.#failures.report(`thread ${threadId} died; it lost at least ${lost} that it had not sent`);
  }

  /** Closes the port if no relay has answered when the handover is delivered, because then none will. */
  #requireReady(): void {
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

function threadAttributes({ threadId, threadName }: Hello): Attributes {
  return { [THREAD_ID]: threadId, [THREAD_NAME]: threadName };
}
