import { env, argv } from 'node:process';
import type { SpanBatch, SpanCache, Subscription } from 'otel-span-cache';
import { rulesOf } from '../../host/masking.js';
import { Redaction } from '../../host/redaction.js';
import { serviceName } from '../../host/service-name.js';
import { clearTimeout, setImmediate, setTimeout } from '../../host/timers.js';
import { BackOff } from './back-off.js';
import { findConsole, type JoinAddress } from './find-console.js';
import type { JoinHandle, JoinStats } from './join-handle.js';
import type { ResolvedJoinOptions } from './join-options.js';
import { HEARTBEAT_MILLIS } from './join-protocol.js';
import { JoinSender, type Answer } from './join-sender.js';
import { Outgoing } from './outgoing.js';

/** Time for which spans are gathered before they are sent. */
const GATHER_MILLIS = 40;

/** Maximum number of spans in the subscription. As many again may be on their way: 32,768 in total. */
const SUBSCRIPTION = { orphans: true, capacity: 16_384, maxBytes: 32 * 2 ** 20 } as const;

/** Maximum delay of the end of the process. */
const END_MILLIS = 1_000;

/** Number of times that a batch is packed again before the next pause. */
const MAX_REPACKED = 2;

/**
 * Sends the spans and orphans of a cache to the console of another process.
 *
 * While no console answers, at most 32,768 spans wait; past that, whole batches are dropped and counted. It never
 * throws into the application. It keeps the process alive only at its end, for at most a second, while a console
 * answers.
 */
export class JoinedConsole implements JoinHandle {
  readonly #cache: SpanCache;
  readonly #subscription: Subscription;
  readonly #batches: AsyncIterator<SpanBatch>;
  readonly #given: JoinAddress | undefined;
  readonly #outgoing: Outgoing;
  readonly #sender = new JoinSender(serviceName(env, argv[1]));
  readonly #backOff = new BackOff();
  #address: JoinAddress | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #isAsking = false;
  #finishing = 0;
  #isConnected = false;
  #isEnding = false;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(cache: SpanCache, { address, redact }: ResolvedJoinOptions) {
    this.#cache = cache;
    this.#given = address;
    this.#outgoing = new Outgoing(new Redaction(rulesOf(redact)), () => this.#sendIn(GATHER_MILLIS));
    this.#subscription = cache.subscribe(SUBSCRIPTION);
    this.#batches = this.#subscription[Symbol.asyncIterator]();
    process.on('beforeExit', this.#onBeforeExit);
    this.#sendIn(0);
  }

  get closed(): boolean {
    return this.#isClosed;
  }

  stats(): JoinStats {
    const { sent, waiting, lost } = this.#outgoing;
    return { connected: this.#isConnected, sent, waiting, lost: lost.spans, lostOrphans: lost.orphans };
  }

  async forceFlush(): Promise<void> {
    if (this.#isClosed) return;
    await this.#takeAll();
    await this.#finish(() => this.#outgoing.hasNews);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    await this.#takeAll();
    this.#subscription.close();
    process.removeListener('beforeExit', this.#onBeforeExit);
    this.#isEnding = true;
    let isLast = false;
    await this.#finish(() => {
      // The last batch is empty and marked as the last.
      if (isLast) return false;
      isLast = this.#outgoing.waiting === 0;
      return true;
    });
    this.#isClosed = true;
    this.#isConnected = false;
    clearTimeout(this.#timer);
    this.#outgoing.giveUpAll();
    this.#sender.close();
  }

  /** Without a connected console, the process ends at once. */
  readonly #onBeforeExit = (): void => {
    if (!this.#isConnected) return;
    this.#cache.flush();
    this.#takeWaiting();
    if (this.#outgoing.hasNews) void this.forceFlush();
  };

  /** Reads everything that the cache has. */
  async #takeAll(): Promise<void> {
    this.#cache.flush();
    this.#takeWaiting();
    // A batch for the pending iterator arrives within this turn.
    await new Promise((resolve) => setImmediate(resolve));
    this.#takeWaiting();
  }

  #takeWaiting(): void {
    const batch = this.#subscription.take();
    if (batch !== undefined) this.#add(batch);
  }

  #add({ spans, orphans, dropped }: SpanBatch): void {
    this.#outgoing.add(spans, orphans, dropped);
  }

  /** Sends, keeping the process alive, while there is something to send and a console answers. */
  async #finish(hasMore: () => boolean): Promise<void> {
    const until = performance.now() + END_MILLIS;
    const left = () => until - performance.now();
    this.#finishing++;
    this.#sender.isUrgent = true;
    while (this.#sending !== undefined && left() > 0) await within(left(), this.#sending);
    if (this.#sending === undefined) {
      const work = this.#sendWhile(() => left() > 0 && hasMore());
      this.#sending = work.then(() => this.#sent(HEARTBEAT_MILLIS));
      await within(left(), this.#sending);
    }
    // Once the time is used up, the end of the process is not delayed again. A timer may fire a moment too early.
    if (this.#sending !== undefined || left() <= 0) this.#isConnected = false;
    this.#finishing--;
    this.#sender.isUrgent = this.#finishing > 0;
  }

  async #sendWhile(goOn: () => boolean): Promise<void> {
    while (goOn()) if (!(await this.#sendOne())) return;
  }

  #sendIn(millis: number): void {
    if (this.#isClosed || this.#isEnding || this.#sending !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#sendAll, millis).unref();
  }

  readonly #sendAll = (): void => {
    if (this.#isClosed || this.#isEnding || this.#sending !== undefined) return;
    // The cache was shut down.
    if (this.#subscription.closed) void this.close();
    else this.#sending = this.#sendWaiting().then((pause) => this.#sent(pause));
  };

  /** @param pause until the next batch, which is empty if no span arrives */
  #sent(pause: number): void {
    this.#sending = undefined;
    if (this.#isEnding) return;
    if (!this.#isConnected) {
      this.#sendIn(pause);
      return;
    }
    this.#ask();
    // A span may have arrived in the meantime.
    this.#sendIn(this.#outgoing.hasNews ? GATHER_MILLIS : HEARTBEAT_MILLIS);
  }

  /** Sends everything that is waiting. Returns how long to pause before the next batch. */
  async #sendWaiting(): Promise<number> {
    do {
      if (this.#outgoing.waiting === 0) this.#takeWaiting();
      if (!(await this.#sendOne())) return this.#backOff.next(Math.random());
    } while (this.#outgoing.waiting > 0 && !this.#isEnding);
    return HEARTBEAT_MILLIS;
  }

  /** Requests spans. The subscription buffers them while others are on their way. */
  #ask(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    void this.#batches.next().then(({ value, done }) => {
      this.#isAsking = false;
      // The cache was shut down.
      if (done === true) void this.close();
      else {
        this.#add(value);
        this.#sendIn(GATHER_MILLIS);
      }
    });
  }

  /** Sends one batch. Returns true if the console has accepted it, or it was given up. */
  async #sendOne(): Promise<boolean> {
    this.#address ??= this.#given ?? (await findConsole(env));
    if (this.#address === undefined) return this.#failed();
    for (let repacked = 0; repacked <= MAX_REPACKED; repacked++) {
      const { sequence, bytes } = this.#outgoing.batch();
      const isLast = this.#isEnding && this.#outgoing.waiting === 0;
      const answer = await this.#sender.send(this.#address, sequence, isLast, bytes);
      if (this.#isClosed) return false;
      if (answer !== 409) return this.#onAnswer(answer);
      this.#outgoing.repack();
    }
    return this.#failed();
  }

  #onAnswer(answer: Answer): boolean {
    if (answer === 204) this.#outgoing.taken();
    else if (answer === 400 || answer === 413) this.#outgoing.giveUp();
    else return this.#failed();
    this.#isConnected = true;
    this.#backOff.reset();
    return true;
  }

  /** The next attempt may find another console. */
  #failed(): boolean {
    this.#isConnected = false;
    this.#address = undefined;
    return false;
  }
}

/** Whether some work succeeds in time. */
async function within(millis: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, Math.max(0, millis), false)));
  const result = await Promise.race([work.then((value) => value !== false), timeout]);
  clearTimeout(timer);
  return result;
}
