import { ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import type { SpanCacheOptions } from '../../src/index.js';
import type { Service } from '../scenarios/service.js';

/*
 * Allowed heap per item, several times the measured size (a span of the SDK 0.7 KiB, an event with its bucket 0.8 KiB,
 * a span context 0.2 KiB). A leak costs that much for each of the items sent, which are a dozen to hundreds of times as
 * many as may be kept.
 */
const SPAN = 2_048;
const EVENT = 2_048;
/** As a store writes it: 0.12 KiB, with attributes and names of its own 0.4 KiB. */
const STORED_SPAN = 1_024;
const SPAN_CONTEXT = 512;
/** The default of each bound in bytes. */
const MAX_BYTES = 64 * 2 ** 20;
/** For what V8 compiles meanwhile, and the pools of the cache. */
const SLACK = 8 * 2 ** 20;
/** The spans known to be delivered, by fingerprint: 16 bytes each, as much for the index, and room. */
const RECENT = 16_384 * 64;

/** Something to do to a cache, and how much heap the cache may hold at any time of it. */
export interface Bound {
  readonly name: string;
  readonly allowedBytes: number;
  readonly options?: SpanCacheOptions;
  /** Calls `check` now and then. */
  readonly drive: (service: Service, check: () => Promise<void>) => Promise<void>;
}

export const BOUNDS: readonly Bound[] = [
  {
    name: 'idle: nobody subscribed, 2,000,000 spans',
    allowedBytes: SLACK / 2,
    drive: (service, check) => endManySpans(service, check),
  },
  {
    name: 'a subscriber that never reads, 2,000,000 spans',
    allowedBytes: SLACK + RECENT + 4_096 * SPAN,
    async drive(service, check) {
      service.cache.subscribe();
      await endManySpans(service, check);
    },
  },
  {
    name: 'a store of 10,000, 2,000,000 spans',
    allowedBytes: SLACK + RECENT + 10_000 * STORED_SPAN,
    async drive(service, check) {
      service.cache.store();
      await endManySpans(service, check);
    },
  },
  {
    name: 'a store of 10,000, 400,000 spans with names and keys of their own',
    allowedBytes: SLACK + RECENT + 10_000 * STORED_SPAN,
    async drive({ cache, tracer }, check) {
      cache.store();
      await repeat(400_000, cache, check, (i) => {
        tracer.startSpan(`name ${i}`, { attributes: { shared: i, [`key ${i}`]: `value ${i}` } }, ROOT_CONTEXT).end();
      });
    },
  },
  {
    name: 'a store of 10,000 that is read all the time, 40,000 spans',
    allowedBytes: SLACK + RECENT + 10_000 * (SPAN + STORED_SPAN),
    async drive({ cache, start }, check) {
      const store = cache.store();
      await repeat(40_000, cache, check, (i) => {
        start('job').end();
        if (i % 100 === 0) store.getFinishedSpans();
      });
    },
  },
  {
    name: 'ids of 40,000 spans, kept by who reads a store all the time',
    allowedBytes: SLACK + RECENT + 10_000 * STORED_SPAN + 40_000 * SPAN_CONTEXT,
    async drive({ cache, start }, check) {
      const store = cache.store({ capacity: 10_000 });
      const ids: string[] = [];
      await repeat(40_000, cache, check, (i) => {
        start('job').end();
        if (i % 20 !== 0) return;
        const newest = store.getFinishedSpans().slice(-20);
        for (const span of newest) ids.push(span.spanContext().spanId, span.spanContext().traceId);
      });
      store.reset();
      if (ids.length < 79_000) throw new Error(`only ${ids.length} ids were kept`);
      await check();
    },
  },
  {
    name: 'a span in a store that is amended 200,000 times',
    options: { lateEvents: 'amend' },
    allowedBytes: SLACK / 2,
    async drive({ cache, start, log }, check) {
      cache.store();
      const span = start('job');
      span.end();
      await repeat(200_000, cache, check, () => {
        cache.flush();
        log(span, 'late');
      });
    },
  },
  {
    name: 'events of 16,000 bytes, of 20,000 parents that never end',
    allowedBytes: SLACK + 1.25 * MAX_BYTES,
    async drive({ cache, start, log }, check) {
      cache.subscribe(() => {});
      await repeat(20_000, cache, check, (i) => {
        log(start('job'), textOf(16_000, i));
        if (i % 256 === 0) cache.flush();
      });
    },
  },
  {
    name: 'spans of 64,000 bytes that could be amended, 20,000 of them',
    options: { lateEvents: 'amend' },
    allowedBytes: SLACK + RECENT + 1.25 * MAX_BYTES,
    async drive({ cache, tracer }, check) {
      cache.subscribe(() => {});
      await repeat(20_000, cache, check, (i) => {
        tracer.startSpan('job', { attributes: { text: textOf(64_000, i) } }, ROOT_CONTEXT).end();
        if (i % 256 === 0) cache.flush();
      });
    },
  },
  {
    name: 'events of 2,000,000 parents that never end',
    allowedBytes: SLACK + 16_384 * EVENT,
    async drive({ cache, logger }, check) {
      cache.subscribe();
      await repeat(2_000_000, cache, check, (i) => {
        const spanContext = { traceId: 'a'.repeat(32), spanId: spanIdOf(i), traceFlags: TraceFlags.SAMPLED };
        logger.emit({ body: 'x', context: trace.setSpanContext(ROOT_CONTEXT, spanContext) });
      });
    },
  },
  {
    name: 'spans that are held, 200,000 with an event each',
    options: { lateEvents: { holdMillis: 3_600_000 } },
    allowedBytes: SLACK + RECENT + 16_384 * (SPAN + EVENT),
    async drive(service, check) {
      service.cache.subscribe(() => {});
      await endSpans(service, 200_000, check, true);
    },
  },
  {
    name: 'spans that may be amended, 200,000 with an event each',
    options: { lateEvents: 'amend' },
    allowedBytes: SLACK + 16_384 * (SPAN + EVENT),
    async drive(service, check) {
      service.cache.subscribe(() => {});
      await endSpans(service, 200_000, check, true);
    },
  },
  {
    name: 'spans that never end and are tracked, 200,000',
    options: { trackOpenSpans: true },
    allowedBytes: SLACK + 16_384 * (SPAN + SPAN_CONTEXT),
    async drive({ cache, start }, check) {
      cache.subscribe(() => {});
      await repeat(200_000, cache, check, () => void start('open'));
    },
  },
  {
    name: 'an exporter that never answers, 200,000 spans',
    allowedBytes: SLACK + RECENT + (4_096 + 512) * SPAN,
    async drive(service, check) {
      const exporter = { export() {}, shutdown: async () => {} };
      service.cache.addExporter(exporter, { exportTimeoutMillis: 100 });
      await endSpans(service, 200_000, check);
    },
  },
  {
    name: 'a storm that fills the queues again and again, 600,000 spans',
    allowedBytes: SLACK + RECENT,
    async drive(service, check) {
      service.cache.subscribe(() => {});
      for (let storm = 0; storm < 3; storm++) {
        for (let i = 0; i < 200_000; i++) service.start('storm').end();
        service.cache.flush();
        await check();
      }
    },
  },
  {
    name: 'a store, 4,000 spans of 64 kB',
    allowedBytes: SLACK + RECENT + 1.25 * MAX_BYTES,
    async drive(service, check) {
      service.cache.store();
      await endLargeSpans(service, check);
    },
  },
  {
    name: 'a subscriber that never reads, 4,000 spans of 64 kB',
    allowedBytes: SLACK + RECENT + 1.25 * MAX_BYTES,
    async drive(service, check) {
      service.cache.subscribe();
      await endLargeSpans(service, check);
    },
  },
  {
    name: 'an exporter that never answers, 4,000 spans of 64 kB',
    // Spans in an export have left the queue.
    allowedBytes: SLACK + RECENT + 1.25 * 2 * MAX_BYTES,
    async drive(service, check) {
      service.cache.addExporter({ export() {}, shutdown: async () => {} }, { exportTimeoutMillis: 100 });
      await endLargeSpans(service, check);
    },
  },
  {
    name: 'subscribing and closing, 100,000 times',
    allowedBytes: SLACK / 2,
    async drive({ cache }, check) {
      await repeat(100_000, cache, check, (i) => {
        const subscription = cache.subscribe();
        if (i % 2 === 0) void subscription[Symbol.asyncIterator]().next();
        const callback = cache.subscribe(() => {});
        const store = cache.store();
        for (const each of [subscription, callback, store]) each.close();
      });
    },
  },
  {
    name: 'attaching an exporter and closing it, 20,000 times',
    allowedBytes: SLACK / 2,
    async drive({ cache }, check) {
      const exporter = { export() {}, shutdown: async () => {} };
      await repeat(20_000, cache, check, () => void cache.addExporter(exporter).close());
    },
  },
];

function endSpans(
  { cache, start, log }: Service,
  count: number,
  check: () => Promise<void>,
  withEvent = false,
): Promise<void> {
  return repeat(count, cache, check, () => {
    const span = start('job');
    if (withEvent) log(span, 'x');
    span.end();
  });
}

/** Ends 4,000 spans with a text of their own each, four times as large together as any place may hold. */
async function endLargeSpans({ cache, start }: Service, check: () => Promise<void>): Promise<void> {
  for (let i = 1; i <= 4_000; i++) {
    start('job')
      .setAttribute('body', Buffer.alloc(65_536, String(i)).toString('latin1'))
      .end();
    if (i % 100 === 0) await queuesEmpty(cache);
    if (i % 1_000 === 0) await check();
  }
}

/** Ends 2,000,000 spans that are cheaper to make than the SDK's own: one of those, each time with other ids. */
function endManySpans(service: Service, check: () => Promise<void>): Promise<void> {
  const { cache, start } = service;
  const model = start('job');
  model.end();
  return repeat(2_000_000, cache, check, (i) => {
    const spanContext = { ...model.spanContext(), spanId: spanIdOf(i) };
    cache.spanProcessor.onEnd(Object.assign(Object.create(model), { spanContext: () => spanContext }));
  });
}

/** A text of its own, as a string that V8 has not put together from others. */
function textOf(length: number, i: number): string {
  return Buffer.alloc(length, String(i).padStart(8, '0')).toString('latin1');
}

function spanIdOf(i: number): string {
  return (i + 1).toString(16).padStart(16, '0');
}

/** Does something many times, with pauses for the driver; checks four times. */
async function repeat(
  count: number,
  cache: Service['cache'],
  check: () => Promise<void>,
  step: (i: number) => void,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    step(i);
    if ((i + 1) % 10_000 === 0) await queuesEmpty(cache);
    if ((i + 1) % (count / 4) === 0) await check();
  }
}

async function queuesEmpty(cache: Service['cache']): Promise<void> {
  do {
    await new Promise(setImmediate);
  } while (cache.stats().spans.queued + cache.stats().events.queued > 0);
}
