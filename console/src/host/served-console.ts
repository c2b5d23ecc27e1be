import { randomBytes } from 'node:crypto';
import { argv, env, pid } from 'node:process';
import type { Handle, SpanCache } from 'otel-span-cache';
import type { Restarts, WorkerMessage, WorkerStart } from '../link/messages.js';
import { SharedCounts } from '../link/shared-counts.js';
import type { ResolvedOptions } from '../options.js';
import { offerToChildren } from '../processes/join/join-environment.js';
import { register, type Registration } from '../processes/registry.js';
import { cacheVersion, consoleVersion } from '../versions.js';
import { announcer, listeningJson, listeningLine, type Announce, type Listening } from './announce.js';
import type { ConsoleHandle, ConsoleHostStats } from './console-handle.js';
import { HostSide, settingsOf } from './host-side.js';
import { rulesOf } from './masking.js';
import { Redaction } from './redaction.js';
import { RestartLimit } from './restart-limit.js';
import { serviceName } from './service-name.js';
import { TimedFilter } from './timed-filter.js';
import { clearTimeout, setTimeout } from './timers.js';
import { startHere, startThread, type RunningWorker, type StartWorker } from './worker-thread.js';

/** Time that the worker has to start listening. */
const START_MILLIS = 30_000;

/** Time that the worker has to end by itself. */
const CLOSE_MILLIS = 1_000;

export const TOKEN_BYTES = 24;

/** `json` announces the addresses as a line of JSON. Set by `run --json`. */
const ANNOUNCE_VARIABLE = 'OTEL_SPAN_CACHE_CONSOLE_ANNOUNCE';

/** One worker, with the service's side of it. */
interface Run {
  readonly worker: RunningWorker;
  readonly host: HostSide;
  /** Resolves when the worker has ended. */
  readonly ended: Promise<void>;
}

/**
 * The console in the service: starts the worker, restarts it when it dies, and ends it.
 *
 * Once the console listens, it neither keeps the process alive nor throws into the service.
 */
export class ServedConsole implements ConsoleHandle {
  readonly token: string;
  readonly #cache: SpanCache;
  readonly #options: ResolvedOptions;
  readonly #announce: Announce;
  readonly #onListening: (listening: Listening) => void;
  readonly #redaction: Redaction;
  /** Outlives a worker that dies, so that a temporary filter ends on time. */
  readonly #filter: TimedFilter;
  readonly #startWorker: StartWorker;
  /** Name of the service before its first span. */
  readonly #startName: string;
  #service: string;
  readonly #limit = new RestartLimit();
  readonly #startedAt = Date.now();
  #run: Run | undefined;
  #restartTimer: NodeJS.Timeout | undefined;
  /** Counts spans as lost while there is no worker. */
  #gap: Handle | undefined;
  #restarts: Restarts = { count: 0, historyLostAt: null };
  #url = '';
  #port = 0;
  #otlpPort: number | undefined;
  #registration: Registration | undefined;
  #withdraw = (): void => {};
  #closing: Promise<void> | undefined;
  #closed = false;
  /** Sums over the workers that have died. */
  #before = { sent: 0, lost: 0, lostOrphans: 0, unreadable: 0 };

  /** @param onListening called with the addresses of the console, instead of announcing them */
  constructor(
    cache: SpanCache,
    options: ResolvedOptions,
    service = serviceName(env, argv[1]),
    onListening?: (listening: Listening) => void,
  ) {
    this.#cache = cache;
    this.#startName = service;
    this.#service = service;
    this.#options = options;
    this.#announce = announcer(options);
    const lineOf = env[ANNOUNCE_VARIABLE] === 'json' ? listeningJson : listeningLine;
    this.#onListening = onListening ?? ((listening) => this.#announce(lineOf(listening)));
    this.#filter = new TimedFilter(cache);
    this.#redaction = new Redaction(rulesOf(options.redact));
    this.#startWorker = options.worker ? startThread : startHere;
    this.token = options.token ?? randomBytes(TOKEN_BYTES).toString('base64url');
  }

  get url(): string {
    return this.#url;
  }

  get port(): number {
    return this.#port;
  }

  get otlpUrl(): string | undefined {
    return this.#otlpPort === undefined ? undefined : `http://127.0.0.1:${this.#otlpPort}`;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Rejects if the console cannot listen, or not within half a minute. */
  async start(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      let settled = false;
      const settle = (error?: Error) => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        if (error === undefined) return resolve();
        this.#end();
        reject(error);
      };
      const timer = setTimeout(() => {
        settle(new Error(`the console did not listen within ${START_MILLIS} ms`));
      }, START_MILLIS);
      try {
        this.#begin(settle);
      } catch (error) {
        settle(error as Error);
      }
    });
    return this;
  }

  stats(): ConsoleHostStats {
    const { sent, lost, lostOrphans, unreadable } = this.#before;
    const { host } = this.#run ?? {};
    const losses = host?.feed.losses;
    return {
      watched: host?.watched ?? false,
      feeding: host?.feed.on ?? false,
      sent: sent + (host?.feed.sent ?? 0),
      inFlight: host?.feed.inFlight ?? 0,
      lost: lost + (losses?.spans ?? 0),
      lostOrphans: lostOrphans + (losses?.orphans ?? 0),
      unreadable: unreadable + (losses?.unreadable ?? 0),
      restarts: this.#restarts.count,
      historyLostAt: this.#restarts.historyLostAt,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @param onFirst called when the worker listens, or has failed before that */
  #begin(onFirst: (error?: Error) => void): void {
    const counts = new SharedCounts();
    let failure: string | undefined;
    let onEnded: (() => void) | undefined;
    const ended = new Promise<void>((resolve) => (onEnded = resolve));
    const worker = this.#startWorker(this.#startData(counts), {
      onMessage: (message) => {
        if (message.type === 'failed') failure = message.error;
        else this.#onMessage(run, message, onFirst);
      },
      onExit: (error) => {
        onEnded?.();
        const reason = failure ?? error?.message;
        onFirst(new Error(reason ?? 'the console has ended before it listened'));
        this.#onExit(run, reason);
      },
    });
    const { keep } = this.#options;
    const options = { keep, filter: this.#filter, onBeat: () => this.#onBeat(run) };
    const host = new HostSide(this.#cache, this.#redaction, counts, worker, options);
    const run: Run = { worker, host, ended };
    this.#run = run;
  }

  #startData(counts: SharedCounts): WorkerStart {
    const { port, host, allowedHosts, viewToken, maxSpans, maxBytes, otlpPort, redact } = this.#options;
    const { lost, lostOrphans, unreadable } = this.#before;
    return {
      counts: counts.memory,
      service: this.#service,
      pid,
      cacheVersion: cacheVersion(),
      consoleVersion: consoleVersion(),
      startedAt: performance.timeOrigin,
      settings: settingsOf(this.#cache, this.#filter),
      // A restarted worker reuses the port, so that clients find the console again.
      listen: { port: this.#port || port, orNext: true, host, allowedHosts, token: this.token, viewToken },
      maxSpans,
      maxBytes,
      restarts: this.#restarts,
      lostBefore: { spans: lost, orphans: lostOrphans, unreadable },
      otlpPort: this.#otlpPort ?? otlpPort,
      redact: typeof redact === 'function' ? undefined : redact,
    };
  }

  #onMessage(run: Run, message: WorkerMessage, onFirst: () => void): void {
    if (message.type === 'named') return this.#rename(message.service);
    if (message.type !== 'listening') return run.host.onMessage(message);
    run.worker.unref();
    const url = `${message.url}#${this.token}`;
    const moved = url !== this.#url;
    this.#url = url;
    this.#port = message.port;
    this.#otlpPort = message.otlpPort;
    if (moved) {
      this.#onListening({ service: this.#service, url, host: this.#options.host, otlpUrl: this.otlpUrl });
      this.#register(message.url);
    }
    onFirst();
  }

  /** Registers the console for the command line. If that fails, it can still be reached by its address. */
  #register(url: string): void {
    this.#unregister();
    this.#withdraw = offerToChildren(env, url, this.token, this.#options.host);
    try {
      const [service, startName] = [this.#service, this.#startName];
      const entry = {
        pid,
        service,
        ...(service !== startName && { startName }),
        url,
        token: this.token,
        startedAt: this.#startedAt,
      };
      this.#registration = register(entry);
    } catch (error) {
      this.#announce(`otel-span-cache-console: ${(error as Error).message}`);
    }
  }

  /** Lists the console under the service name in its spans, as its answers do. */
  #rename(service: string): void {
    this.#service = service;
    try {
      this.#registration?.rename(service);
    } catch (error) {
      this.#announce(`otel-span-cache-console: ${(error as Error).message}`);
    }
  }

  /** Removes the console from the registry. */
  #unregister(): void {
    this.#registration?.remove();
    this.#registration = undefined;
    this.#withdraw();
  }

  /** Closes the console once the cache is shut down, because no more spans come. */
  #onBeat({ host }: Run): void {
    if (!host.feed.isEnded) return;
    void this.close();
  }

  /** A worker that dies before it listens is not restarted: it would die again. */
  #onExit(run: Run, reason: string | undefined): void {
    const wasFeeding = run.host.feed.on;
    this.#giveUp(run);
    if (this.#closing !== undefined || this.#closed || this.#url === '') return;
    if (wasFeeding) this.#countAsLost();
    this.#restarts = { ...this.#restarts, historyLostAt: Date.now() };
    const delay = this.#limit.next(performance.now());
    this.#announce(
      `otel-span-cache-console: the console has ended and lost its history; it starts again ${inSeconds(delay)}${reason === undefined ? '' : `: ${reason}`}`,
    );
    this.#restartTimer = setTimeout(() => this.#restart(), delay).unref();
  }

  /** Counts the spans that end until there is a worker again. */
  #countAsLost(): void {
    this.#gap?.close();
    this.#gap = this.#cache.subscribe(
      ({ spans, orphans, dropped }) => {
        this.#before.lost += spans.length + dropped;
        this.#before.lostOrphans += orphans.length;
      },
      { orphans: true },
    );
  }

  #restart(): void {
    this.#gap?.close();
    this.#restarts = { ...this.#restarts, count: this.#restarts.count + 1 };
    try {
      this.#begin(() => {});
      // Unlike the first start, nobody awaits this one.
      this.#run?.worker.unref();
    } catch (error) {
      this.#announce(`otel-span-cache-console: the console could not start again: ${String(error)}`);
      this.#end();
    }
  }

  #giveUp(run: Run): void {
    run.host.close();
    if (this.#run !== run) return;
    this.#run = undefined;
    const { sent, losses } = run.host.feed;
    this.#before = {
      sent: this.#before.sent + sent,
      lost: this.#before.lost + losses.spans,
      lostOrphans: this.#before.lostOrphans + losses.orphans,
      unreadable: this.#before.unreadable + losses.unreadable,
    };
  }

  async #close(): Promise<void> {
    clearTimeout(this.#restartTimer);
    this.#gap?.close();
    const run = this.#run;
    if (run !== undefined) {
      run.host.feed.stop();
      run.worker.postMessage({ type: 'close' });
      await within(CLOSE_MILLIS, run.ended);
      await run.worker.terminate().catch(() => {});
      this.#giveUp(run);
    }
    this.#filter.close();
    this.#unregister();
    this.#closed = true;
  }

  /** Ends it at once. */
  #end(): void {
    const run = this.#run;
    this.#gap?.close();
    this.#filter.close();
    this.#unregister();
    this.#closed = true;
    this.#closing ??= Promise.resolve();
    if (run === undefined) return;
    this.#giveUp(run);
    void run.worker.terminate().catch(() => {});
  }
}

function inSeconds(millis: number): string {
  return millis < 1_000 ? 'now' : `in ${Math.ceil(millis / 1_000)} s`;
}

/** Waits for the work, at most for `millis`. */
async function within(millis: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, millis)));
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
