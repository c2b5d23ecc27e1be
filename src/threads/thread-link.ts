import workerThreads, { type MessagePort } from 'node:worker_threads';
import { Episode } from '../diagnostics/episode.js';
import type { SpanDemand } from '../fanout/demand.js';
import type { SpanCache } from '../span-cache.js';
import type { ThreadStats } from './contract.js';
import type { Hello, Losses, ReceiverMessage, RelayMessage } from './protocol.js';
import type { PortHandover } from './relay-link.js';
import { BatchUnpacker } from './wire/batch-unpacker.js';

/**
 * One relay, as its receiver sees it: what it sends goes into the cache, and is counted.
 *
 * The port that it is given closes when the thread is gone, after all that was posted on it. If no `bye` was among
 * that, the thread has died.
 */
export class ThreadLink {
  readonly #cache: SpanCache;
  readonly #hello: Hello;
  readonly #port: MessagePort;
  /** Takes in what the relay posted before it had its port. */
  readonly #drainChannel: () => void;
  readonly #onGone: () => void;
  readonly #unpacker: BatchUnpacker;
  readonly #failures = new Episode();
  readonly #flushes = new Map<number, () => void>();
  #nextFlush = 0;
  #state: ThreadStats['state'] = 'connected';
  #received = 0;
  #receivedOrphans = 0;
  #dropped = 0;
  #droppedOrphans = 0;
  #unsent = 0;
  #invalid = 0;

  constructor(parts: {
    cache: SpanCache;
    hello: Hello;
    /** The relay's id, under which its thread waits for the port. */
    relay: string;
    demand: SpanDemand;
    drainChannel: () => void;
    onGone: () => void;
  }) {
    const { cache, hello, relay, demand, drainChannel, onGone } = parts;
    this.#cache = cache;
    this.#hello = hello;
    this.#drainChannel = drainChannel;
    this.#onGone = onGone;
    this.#unpacker = new BatchUnpacker(marksOf(hello));
    const { port1, port2 } = new workerThreads.MessageChannel();
    this.#port = port1;
    port1.once('message', drainChannel);
    port1.on('message', (message: RelayMessage) => this.take(message));
    port1.on('messageerror', () => this.#invalid++);
    port1.on('close', () => this.#gone());
    port1.unref();
    this.ask({ type: 'demand', ...demand });
    const handover: PortHandover = { otelSpanCacheRelay: relay, port: port2 };
    // Refused by a thread that has ended, or whose relay has: what it posted has come by the channel.
    workerThreads.postMessageToThread(hello.threadId, handover, [port2]).catch(() => port1.close());
  }

  ask(message: ReceiverMessage): void {
    this.#port.postMessage(message);
  }

  /** Has the relay send all it has; resolves when that is here, or the thread gone. */
  flush(): Promise<void> {
    const flush = this.#nextFlush++;
    return new Promise((resolve) => {
      this.#flushes.set(flush, resolve);
      this.ask({ type: 'flush', flush });
    });
  }

  /** Takes in what was posted on the port, without waiting for the event loop. */
  drain(): void {
    this.#drainChannel();
    for (let next = this.#next(); next !== undefined; next = this.#next()) this.take(next.message);
  }

  take(message: RelayMessage): void {
    try {
      this.#take(message);
      this.#failures.end();
    } catch (error) {
      this.#invalid++;
      this.#failures.report(`a message of thread ${this.#hello.threadId} could not be read`, error);
    }
  }

  /** Ends the connection from this side. */
  close(): void {
    this.#leave('ended');
    this.#port.close();
  }

  stats(): ThreadStats {
    return {
      threadId: this.#hello.threadId,
      threadName: this.#hello.threadName,
      state: this.#state,
      received: this.#received,
      receivedOrphans: this.#receivedOrphans,
      dropped: this.#dropped,
      droppedOrphans: this.#droppedOrphans,
      unsent: this.#unsent,
      invalid: this.#invalid,
    };
  }

  #next(): { message: RelayMessage } | undefined {
    return workerThreads.receiveMessageOnPort(this.#port);
  }

  #take(message: RelayMessage): void {
    switch (message.type) {
      case 'batch':
        // First: it is out of the way, whatever is in it.
        this.ask({ type: 'ack' });
        this.#receive(this.#unpacker.unpack(message), message);
        break;
      case 'resource':
        this.#unpacker.settle(message.id, message.attributes);
        break;
      case 'flushed':
        this.#flushes.get(message.flush)?.();
        this.#flushes.delete(message.flush);
        break;
      case 'bye':
        this.#receive({ spans: [], orphans: [] }, message);
        this.#leave('ended');
        this.#port.close();
        break;
      case 'hello':
      default:
        throw new TypeError('a message must be of a known type');
    }
  }

  #receive({ spans, orphans }: ReturnType<BatchUnpacker['unpack']>, { dropped, droppedOrphans }: Losses): void {
    if (!isCount(dropped) || !isCount(droppedOrphans)) throw new TypeError('losses must be counts');
    this.#received += spans.length;
    this.#receivedOrphans += orphans.length;
    this.#dropped += dropped;
    this.#droppedOrphans += droppedOrphans;
    this.#cache.receive({ spans, orphans, dropped, droppedOrphans });
  }

  #gone(): void {
    this.#drainChannel();
    if (this.#state !== 'connected') return;
    this.#unsent = Atomics.load(this.#hello.unsent, 0);
    this.#cache.receive({ dropped: this.#unsent });
    this.#leave('died');
    const { threadId } = this.#hello;
    this.#failures.report(`thread ${threadId} ended at once; ${this.#unsent} spans or more that it had not sent are lost`);
  }

  #leave(state: ThreadStats['state']): void {
    if (this.#state !== 'connected') return;
    this.#state = state;
    this.#unpacker.end();
    for (const resolve of this.#flushes.values()) resolve();
    this.#flushes.clear();
    this.#onGone();
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** By the semantic conventions. */
function marksOf({ threadId, threadName }: Hello): [string, string | number][] {
  const id: [string, number] = ['thread.id', threadId];
  return threadName === undefined ? [id] : [id, ['thread.name', threadName]];
}
