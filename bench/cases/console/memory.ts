import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SpanCache } from 'otel-span-cache';
import type { ConsoleHandle } from '../../../console/src/index.js';
import type { Measured } from '../../case.js';
import { tracerOf } from '../sdk.js';
import { againstAim } from './aim.js';
import { order, SPANS_PER_ORDER } from './orders.js';
import { ask, serve } from './served.js';

const IDLE_AIM_MB = 11;
const FULL_AIM_MB = 180;
const RATE_AIM = 30_000;

/** Ten million spans in the usual time of two seconds; the short form a quarter of them. */
const SPANS_PER_MILLI = 5_000;

const RETAINED = 100_000;

/** Spans until the service's own heap has grown to its final size, which varies by 15 MB before. */
const WARM_UP = 1_000_000;

/** The worker's heap rises and falls by 20 MB between two collections, so one reading says nothing about growth. */
const READINGS = 5;

/** Spans that are ended before the event loop gets its turn. */
const BURST = 1_020;

/** The service waits while more are on their way: past 32,768 the console loses spans. */
const MAX_IN_FLIGHT = 16_384;

export async function measure(millis: number): Promise<Measured> {
  const cache = new SpanCache();
  cache.subscribe(() => {});
  const load = new Load(cache);
  await load.run(WARM_UP, () => 0);
  await loadClient();
  const before = await residentMegabytes();
  const console = await serve(cache);
  const idle = (await residentMegabytes()) - before;
  await ask(console, 'stats');
  const asked = (await residentMegabytes()) - before;
  const inFlight = () => console.stats().inFlight;
  const readings = async () => {
    const megabytes: number[] = [];
    while (megabytes.length < READINGS) {
      await load.run(RETAINED, inFlight);
      megabytes.push((await settledMegabytes(console)) - before);
    }
    return megabytes;
  };
  await load.run(2 * RETAINED, inFlight);
  const full = await readings();
  const start = performance.now();
  const spans = millis * SPANS_PER_MILLI;
  await load.run(spans, inFlight);
  const seconds = (performance.now() - start) / 1_000;
  const grown = await readings();
  const { coverage } = await ask<{ coverage: { lost: { total: number } } }>(console, 'stats');
  if (coverage.lost.total > 0) throw new Error(`the console has lost ${coverage.lost.total} spans`);
  await console.close();
  return {
    samples: {
      'console-memory-idle': againstAim([idle], IDLE_AIM_MB),
      'console-memory-asked': { ours: [asked], theirs: [idle] },
      'console-memory-full': againstAim([Math.max(...full, ...grown)], FULL_AIM_MB),
      'console-memory-growth': { ours: grown, theirs: full },
      'console-memory-rate': againstAim([spans / seconds], RATE_AIM),
    },
  };
}

class Load {
  readonly #cache: SpanCache;
  readonly #tracer;
  #orders = 0;

  constructor(cache: SpanCache) {
    this.#cache = cache;
    this.#tracer = tracerOf(cache.spanProcessor);
  }

  async run(spans: number, inFlight: () => number): Promise<void> {
    for (let ended = 0; ended < spans; ended += BURST) {
      for (let i = 0; i < BURST; i += SPANS_PER_ORDER) order(this.#tracer, this.#orders++);
      this.#cache.flush();
      do await delay(0);
      while (inFlight() > MAX_IN_FLIGHT);
    }
  }
}

/** Loads the client of HTTP: its 10 MB, which come with its first connection, are not the console's. */
async function loadClient(): Promise<void> {
  const server = createServer((socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  server.close();
}

/** When the worker has finished all traces. */
async function settledMegabytes(console: ConsoleHandle): Promise<number> {
  for (let waiting = 1; waiting > 0 || console.stats().inFlight > 0; await delay(100)) {
    ({ waiting } = await ask<{ waiting: { spans: number } }>(console, 'stats').then((stats) => ({
      waiting: stats.waiting.spans,
    })));
  }
  return residentMegabytes();
}

/** The least of some readings, after the garbage of this thread was collected. */
async function residentMegabytes(): Promise<number> {
  let least = Infinity;
  for (let reading = 0; reading < 5; reading++) {
    gc!();
    await delay(200);
    least = Math.min(least, process.memoryUsage.rss());
  }
  return least / 1e6;
}
