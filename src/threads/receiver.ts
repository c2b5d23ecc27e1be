import { randomUUID } from 'node:crypto';
import workerThreads from 'node:worker_threads';
import { Episode } from '../support/episode.js';
import type { SpanDemand } from '../cache/intake/gate.js';
import { internalsOf } from '../cache/internals.js';
import type { SpanCache } from '../cache/span-cache.js';
import type { Handle } from '../support/handle.js';
import { timeLimit } from '../support/timers.js';
import { publishAddress } from './address.js';
import { checkBroadcast, checkHello } from './check-message.js';
import type { ReceiverStats, SpanReceiver } from './contract.js';
import { ExitedThreads } from './exited-threads.js';
import type { ReceiverOptions } from './options.js';
import { channelOf, type Hello } from './protocol.js';
import { ThreadLink } from './thread-link.js';

/**
 * Listens for relays on a broadcast channel, whose name new threads inherit, and opens a link to each. None of this
 * keeps the process alive.
 */
export class CacheReceiver implements SpanReceiver {
  readonly role = 'receiver';
  readonly #cache: SpanCache;
  readonly #flushTimeoutMillis: number;
  readonly #channel = new workerThreads.BroadcastChannel(`otel-span-cache.threads/${randomUUID()}`);
  readonly #address: Handle;
  readonly #watch: Handle;
  readonly #links = new Map<string, ThreadLink>();
  readonly #exitedThreads = new ExitedThreads();
  readonly #failures = new Episode();
  #demand: SpanDemand = { spans: false, orphans: false };
  #invalid = 0;
  #closed = false;

  constructor(cache: SpanCache, { flushTimeoutMillis }: Required<ReceiverOptions>) {
    this.#cache = cache;
    this.#flushTimeoutMillis = flushTimeoutMillis;
    this.#channel.addEventListener('message', (event) => this.#take((event as unknown as { data: unknown }).data));
    this.#channel.addEventListener('messageerror', () => this.#invalid++);
    (this.#channel as unknown as NodeJS.RefCounted).unref();
    this.#watch = internalsOf(cache).onDemand((demand) => {
      this.#demand = demand;
      for (const link of this.#links.values()) link.ask({ type: 'demand', ...demand });
    });
    this.#address = publishAddress(this.#channel.name);
    // Runs before the application's exit listeners, one of which may flush the cache for the last time.
    process.prependListener('exit', this.#drain);
  }

  get closed(): boolean {
    return this.#closed;
  }

  async forceFlush(): Promise<void> {
    this.#drain();
    const limit = timeLimit(this.#flushTimeoutMillis);
    await Promise.all([...this.#links.values()].map((link) => link.flush(this.#demand, limit.passed)));
    limit.clear();
    await this.#cache.forceFlush();
  }

  close(): void {
    this.#drain();
    this.#closed = true;
    this.#address.close();
    this.#watch.close();
    process.off('exit', this.#drain);
    for (const link of this.#links.values()) link.close();
    this.#channel.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  stats(): ReceiverStats {
    const { listed, earlier } = this.#exitedThreads;
    const threads = [...[...this.#links.values()].map((link) => link.stats()), ...listed];
    return { threads, earlier: { ...earlier }, invalid: this.#invalid };
  }

  /** Processes all posted messages synchronously, without waiting for the event loop. */
  readonly #drain = (): void => {
    this.#drainChannel();
    for (const link of this.#links.values()) link.drain();
  };

  readonly #drainChannel = (): void => {
    if (this.#closed) return;
    for (let next = this.#next(); next !== undefined; next = this.#next()) this.#take(next.message);
  };

  /** The next message. Undefined also for a message that cannot be deserialized, so that a drain always ends. */
  #next(): { message: unknown } | undefined {
    try {
      return workerThreads.receiveMessageOnPort(this.#channel as unknown as workerThreads.MessagePort);
    } catch {
      this.#invalid++;
      return undefined;
    }
  }

  #take(broadcast: unknown): void {
    try {
      const { relay, message } = checkBroadcast(broadcast);
      const link = this.#links.get(relay);
      if (link !== undefined) link.take(message);
      else this.#onHello(relay, checkHello(message));
    } catch (error) {
      this.#invalid++;
      this.#failures.report('a message from a thread could not be read', error);
    }
  }

  #onHello(relay: string, hello: Hello): void {
    const link = new ThreadLink({
      cache: internalsOf(this.#cache),
      hello,
      relay,
      channel: channelOf(relay, this.#channel.name),
      demand: this.#demand,
      drainChannel: this.#drainChannel,
      onGone: () => {
        this.#links.delete(relay);
        this.#exitedThreads.add(link.stats());
      },
    });
    this.#links.set(relay, link);
  }
}
