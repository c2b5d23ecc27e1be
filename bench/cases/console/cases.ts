import type { BenchCase, Measured } from '../../case.js';

/*
 * The benchmarks of the live console. They need its build: `npm run build && npm run build -w console`.
 *
 * Each loads its parts when it measures, so that other benchmarks run without them. Bars in absolute numbers are the aims
 * of the design: the figure is compared with the aim, and so depends on the machine.
 */

interface Measurement {
  measure(millis: number): Promise<Measured>;
}

function measuredBy(load: () => Promise<Measurement>): Pick<BenchCase, 'measure' | 'guarded'> {
  return { guarded: false, measure: async (millis) => (await load()).measure(millis) };
}

const consoleFeed: BenchCase = {
  name: 'console-feed',
  rows: [
    {
      id: 'console-feed',
      what: 'span with four attributes, masked, packed and posted to the console: more than delivered alone',
      against: 'the plain data of the span, posted by structured clone: more than delivered alone',
      unit: 'µs',
      bar: { limit: 0.6 },
    },
    {
      id: 'console-feed-aim',
      what: 'the same',
      against: 'the aim of 1.3 µs',
      unit: 'µs',
      bar: { limit: 1, withinSpread: true },
    },
    {
      id: 'console-feed-whole',
      what: 'the same, whole span',
      against: 'whole span, delivered to a no-op subscriber',
      unit: 'µs',
    },
  ],
  processes: 3,
  timeShare: 2,
  ...measuredBy(() => import('./feed.js')),
};

const consoleWorker: BenchCase = {
  name: 'console-worker',
  rows: [
    {
      id: 'console-worker',
      what: 'span in the worker, its history full: unpacked, put together, kept, counted by path, indexed',
      against: 'the aim of 8 µs',
      unit: 'µs',
      bar: { limit: 1, withinSpread: true },
    },
    {
      id: 'console-worker-receive',
      what: 'the same',
      against: 'unpacked, and delivered by a cache as whole traces',
      unit: 'µs',
    },
  ],
  processes: 3,
  timeShare: 8,
  ...measuredBy(() => import('./worker.js')),
};

const consoleQuery: BenchCase = {
  name: 'console-query',
  rows: [
    {
      id: 'console-query',
      what: 'query over 100,000 spans, the typical one that takes longest',
      against: 'the aim of 60 ms',
      unit: 'ms',
      bar: { limit: 1, withinSpread: true },
    },
    {
      id: 'console-query-any',
      what: 'any request over 100,000 spans, the one that takes longest',
      against: 'the aim of 200 ms',
      unit: 'ms',
      bar: { limit: 1.1, withinSpread: true },
    },
    {
      id: 'console-query-by-hand',
      what: 'query `http.response.status_code >= 500`',
      against: 'the same condition in a loop by hand',
      unit: 'ms',
    },
  ],
  processes: 1,
  timeShare: 8,
  ...measuredBy(() => import('./query.js')),
};

const consoleIdle: BenchCase = {
  name: 'console-idle',
  rows: [
    {
      id: 'console-idle',
      what: "whole span, a console with `keep: 'watched'` that nobody watches",
      against: 'whole span, no console and nobody subscribed',
      unit: 'ns',
      bar: { limit: 1, withinSpread: true },
    },
  ],
  processes: 3,
  timeShare: 2,
  ...measuredBy(() => import('./idle.js')),
};

const consoleHttp: BenchCase = {
  name: 'console-http',
  rows: [
    {
      id: 'console-http-requests',
      what: 'HTTP service at full load, a console open and watched, requests per second',
      against: 'the cache with a no-op subscriber',
      unit: '1/s',
      bar: { limit: 0.95, atLeast: true, withinSpread: true },
    },
    {
      id: 'console-http-p99',
      what: 'the same, p99 of the response time',
      against: 'the cache with a no-op subscriber',
      unit: 'ms',
      bar: { limit: 1.1, withinSpread: true },
    },
    {
      id: 'console-http-delay',
      what: 'the same, p99 of the event-loop delay',
      against: 'the cache with a no-op subscriber',
      unit: 'ms',
    },
  ],
  processes: 3,
  timeShare: 16,
  ...measuredBy(() => import('./http.js')),
};

const consoleMemory: BenchCase = {
  name: 'console-memory',
  rows: [
    {
      id: 'console-memory-idle',
      what: 'resident memory of a console without spans, which nobody has looked at',
      against: 'the aim of 11 MB',
      unit: 'MB',
      bar: { limit: 1 },
    },
    {
      id: 'console-memory-asked',
      what: 'resident memory of a console without spans, after its first request',
      against: 'before it',
      unit: 'MB',
    },
    {
      id: 'console-memory-full',
      what: 'resident memory of a console with 100,000 spans, the highest',
      against: 'the aim of 180 MB',
      unit: 'MB',
      bar: { limit: 1 },
    },
    {
      id: 'console-memory-growth',
      what: 'the same, after 10 million spans',
      against: 'when it had just become full',
      unit: 'MB',
      bar: { limit: 1.1 },
    },
    {
      id: 'console-memory-rate',
      what: 'spans per second that it took without loss',
      against: 'the aim of 30,000',
      unit: '1/s',
      bar: { limit: 1, atLeast: true },
    },
  ],
  processes: 1,
  ...measuredBy(() => import('./memory.js')),
};

const consoleBlocked: BenchCase = {
  name: 'console-blocked',
  rows: [
    {
      id: 'console-blocked-answer',
      what: 'answer of the console while the event loop of the service is blocked, p95',
      against: 'the aim of 50 ms',
      unit: 'ms',
      bar: { limit: 1, withinSpread: true },
    },
    {
      id: 'console-blocked-told',
      what: 'time until the console says that it is blocked',
      against: 'the aim of 500 ms',
      unit: 'ms',
      bar: { limit: 1, withinSpread: true },
    },
  ],
  processes: 1,
  timeShare: 8,
  ...measuredBy(() => import('./blocked.js')),
};

const consolePage: BenchCase = {
  name: 'console-page',
  rows: [
    {
      id: 'console-page-bytes',
      what: 'files of the page that are loaded before the first rows, packed',
      against: 'the aim of 35 kB',
      unit: 'kB',
      bar: { limit: 1 },
    },
    {
      id: 'console-page-delay',
      what: 'from the end of a trace until it is painted, at 1,000 spans/s, median',
      against: 'the aim of 150 ms',
      unit: 'ms',
      bar: { limit: 1, withinSpread: true },
    },
    {
      id: 'console-page-delay-p99',
      what: 'the same, p99',
      against: 'the aim of 400 ms',
      unit: 'ms',
      bar: { limit: 1, withinSpread: true },
    },
    {
      id: 'console-page-blocked-answer',
      what: 'answer to the page while the event loop of the service is blocked, median',
      against: 'the aim of 50 ms',
      unit: 'ms',
      bar: { limit: 1, withinSpread: true },
    },
    {
      id: 'console-page-blocked-told',
      what: 'time until the page says that the event loop is blocked',
      against: 'the aim of 500 ms',
      unit: 'ms',
      bar: { limit: 1, withinSpread: true },
    },
    {
      id: 'console-page-scroll',
      what: 'CPU of the main thread of the page for a frame of scrolling, a trace of 99,000 spans',
      against: 'the aim of 8 ms',
      unit: 'ms',
      bar: { limit: 1, withinSpread: true },
    },
    {
      id: 'console-page-rows',
      what: 'table rows in the document while it scrolls',
      against: 'the aim of 80',
      unit: 'rows',
      bar: { limit: 1 },
    },
  ],
  processes: 1,
  timeShare: 8,
  ...measuredBy(() => import('./page.js')),
};

export const CONSOLE_CASES: readonly BenchCase[] = [
  consoleFeed,
  consoleWorker,
  consoleQuery,
  consoleIdle,
  consoleHttp,
  consoleMemory,
  consoleBlocked,
  consolePage,
];
