import { setTimeout as delay } from 'node:timers/promises';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { SpanCache } from 'otel-span-cache';
import { tracerOf } from '../../sdk.js';
import { order, SPANS_PER_ORDER } from '../orders.js';
import { ask, serve } from '../served.js';

/*
 * A service with a console, in a process of its own, so that its event loop can be blocked while a browser is driven.
 * Each message is a command; the answer to it is sent when it is done.
 */

const cache = new SpanCache({ trackOpenSpans: true });
const tracer = tracerOf(cache.spanProcessor);
const served = await serve(cache);

/** Spans that are ended before the worker has to keep up. */
const BURST = 1_020;
let number = 0;

async function keepUp(): Promise<void> {
  do await delay(1);
  while (served.stats().inFlight > BURST);
}

const COMMANDS = {
  /** Sends traces at a rate. */
  async load(seconds: number, spansPerSecond: number) {
    const start = performance.now();
    const orders = (seconds * spansPerSecond) / SPANS_PER_ORDER;
    for (let sent = 0; sent < orders; sent++) {
      const due = start + (sent * 1_000 * SPANS_PER_ORDER) / spansPerSecond;
      while (performance.now() < due) await delay(1);
      probe();
    }
  },
  /** One trace of so many spans. */
  async trace(spans: number) {
    const start = Date.now() - spans;
    const root = tracer.startSpan('job: import', { startTime: start }, ROOT_CONTEXT);
    const inside = trace.setSpan(ROOT_CONTEXT, root);
    for (let at = 0; at < spans - 1; at++) {
      const attributes = { 'row.number': at, 'db.system.name': 'postgresql' };
      tracer.startSpan(`import row ${at % 50}`, { startTime: start + at, attributes }, inside).end(start + at + 1);
      if (at % BURST === 0) await keepUp();
    }
    root.end(start + spans);
    await retained(spans);
  },
  async orders(spans: number) {
    for (let ended = 0; ended < spans; ended += SPANS_PER_ORDER) {
      order(tracer, number++);
      if (ended % BURST === 0) await keepUp();
    }
    await retained(spans);
  },
  /** Blocks the event loop. Returns when that began and ended, in milliseconds since the Unix epoch. */
  block(millis: number) {
    const start = performance.now();
    while (performance.now() < start + millis);
    return [performance.timeOrigin + start, performance.timeOrigin + performance.now()];
  },
} as const;

/** Milliseconds that a probe takes: the page shows when it began. */
const PROBE_MILLIS = 50;

/** A trace of six spans that ends now. Its root has been begun exactly 50 ms before. */
function probe(): void {
  const end = Date.now();
  const root = tracer.startSpan('GET /probe', { startTime: end - PROBE_MILLIS }, ROOT_CONTEXT);
  const inside = trace.setSpan(ROOT_CONTEXT, root);
  for (let at = 1; at < SPANS_PER_ORDER; at++) {
    const attributes = { 'db.system.name': 'postgresql', 'db.query.text': `SELECT ${at}`, 'user.id': `u${number++}` };
    tracer.startSpan('pg.query SELECT', { startTime: end - 40, attributes }, inside).end(end - 40 + at);
  }
  root.end(end);
}

async function retained(spans: number): Promise<void> {
  for (let kept = 0; kept < spans; await delay(50)) {
    kept = (await ask<{ coverage: { retained: number } }>(served, 'stats')).coverage.retained;
  }
}

type Command = keyof typeof COMMANDS;

async function obey([command, ...args]: [Command, ...number[]]): Promise<void> {
  const run = COMMANDS[command] as (...args: number[]) => unknown;
  process.send!((await run(...args)) ?? null);
}

process.on('message', (message) => void obey(message as [Command, ...number[]]));
process.on('disconnect', () => process.exit());
process.send!(served.url);
