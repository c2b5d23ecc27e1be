import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import workerThreads from 'node:worker_threads';
import { trace, ROOT_CONTEXT } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { SpanCache } from 'otel-span-cache';

/*
 * A service under load with a console, `service.mjs <spans per second>`. Sends the address of the console to its parent
 * process, and answers each message with its counters. Does what the message says before: `kill` ends the console's
 * worker thread, `block` blocks the event loop for 3 s, `stop` ends the load, `exit` the process.
 */

const { Worker } = workerThreads;
let worker;
workerThreads.Worker = class extends Worker {
  constructor(...args) {
    super(...args);
    worker = this;
  }
};
syncBuiltinESMExports();
const { serveConsole } = await import('otel-span-cache-console');

const TICK_MILLIS = 20;
const SPANS_PER_TRACE = 5;
const BLOCKED_MILLIS = 3_000;

/** A service that has fallen behind does not catch up on more than this at once. */
const MAX_BURST = 2_000;

let ended = 0;
let sentToFirst = 0;
const counting = {
  onStart() {},
  onEnd: () => void ended++,
  forceFlush: async () => {},
  shutdown: async () => {},
};
const cache = new SpanCache({ trackOpenSpans: true });
const provider = new BasicTracerProvider({ spanProcessors: [counting, cache.spanProcessor] });
const tracer = provider.getTracer('shop');
const served = await serveConsole(cache, { port: 0, announce: false });

function order(number) {
  const attributes = { 'http.route': `/orders/${number % 20}`, 'user.id': `u${number % 10_000}` };
  const root = tracer.startSpan('POST /orders', { kind: 1, attributes }, ROOT_CONTEXT);
  const inside = trace.setSpan(ROOT_CONTEXT, root);
  for (let child = 1; child < SPANS_PER_TRACE; child++) {
    const statement = `SELECT * FROM items WHERE id = ${number * SPANS_PER_TRACE + child}`;
    tracer.startSpan('pg.query', { kind: 2, attributes: { 'db.query.text': statement } }, inside).end();
  }
  if (number % 100 === 0) root.recordException(new Error(`order ${number} failed`));
  root.end();
}

const switchOf = { isOn: true };
async function load(spansPerSecond) {
  let number = 0;
  let last = performance.now();
  let due = 0;
  while (switchOf.isOn) {
    await delay(TICK_MILLIS);
    const now = performance.now();
    due = Math.min(due + ((now - last) * spansPerSecond) / 1_000, MAX_BURST);
    last = now;
    for (; due >= SPANS_PER_TRACE; due -= SPANS_PER_TRACE) order(number++);
  }
}

function counters() {
  gc();
  cache.flush();
  const { received, delivered, dropped } = cache.stats().spans;
  const { rss, heapUsed } = process.memoryUsage();
  return { ended, received, delivered, dropped, console: served.stats(), sentToFirst, rss, heapUsed, at: Date.now() };
}

const actions = {
  async kill() {
    await worker.terminate();
    // The next worker is not started in the same turn.
    sentToFirst = served.stats().sent;
  },
  block() {
    const end = performance.now() + BLOCKED_MILLIS;
    while (performance.now() < end);
  },
  stop() {
    switchOf.isOn = false;
  },
  exit: () => process.exit(),
};

async function act(message) {
  const at = Date.now();
  await actions[message]?.();
  process.send({ ...counters(), began: at });
}

process.on('message', (message) => void act(message));
process.on('disconnect', () => process.exit());
process.send({ url: served.url, token: served.token });
await load(Number(process.argv[2]));
