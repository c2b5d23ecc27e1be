import { ROOT_CONTEXT, type Tracer } from '@opentelemetry/api';
import type { Logger } from '@opentelemetry/api-logs';
import { LoggerProvider, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { SpanCache, type SpanBatch, type SpanCacheOptions } from '../../src/index.js';
import { assertComplete } from './assert-complete.js';

/* The real SDK, and what it is compared with. */

/** Something under test: the hooks, and what brings all that they took in to its end. */
export interface Pipeline {
  readonly spanProcessor: SpanProcessor;
  readonly logRecordProcessor: LogRecordProcessor;
  /** Delivers or exports what has been taken in. */
  settle(): void | Promise<void>;
  /**
   * Throws if it has cheated: if it has lost something, or done nothing. To be asked once it has settled.
   *
   * @param waiting how many log records were emitted in spans that are still open. Default 0.
   */
  check(waiting?: number): void;
}

/** The hooks of nobody. */
export const NO_PIPELINE: Pipeline = {
  spanProcessor: { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} },
  logRecordProcessor: { onEmit() {}, forceFlush: async () => {}, shutdown: async () => {} },
  settle() {},
  check() {},
};

/** The cache, delivering to that many callbacks. */
export function cachePipeline(subscribers = 1, options?: SpanCacheOptions): Pipeline {
  const cache = new SpanCache(options);
  return pipelineOf(
    cache,
    Array.from({ length: subscribers }, () => subscribeCounting(cache)),
  );
}

/** The same, in a service that has registered the cache for log records too. */
export function loggedCachePipeline(): Pipeline {
  const pipeline = cachePipeline();
  loggerOf(pipeline.logRecordProcessor);
  return pipeline;
}

/** @param arrivals how many spans have arrived, by each subscriber's own count */
export function pipelineOf(cache: SpanCache, arrivals: readonly (() => number)[]): Pipeline {
  return {
    spanProcessor: cache.spanProcessor,
    logRecordProcessor: cache.logRecordProcessor,
    settle: () => cache.flush(),
    check(waiting) {
      assertComplete(cache.stats(), arrivals.map((count) => count()), waiting);
    },
  };
}

/** Subscribes a callback. Returns how many spans it has been through with. */
export function subscribeCounting(cache: SpanCache, take: (batch: SpanBatch) => void = () => {}): () => number {
  let count = 0;
  cache.subscribe((batch) => {
    take(batch);
    count += batch.spans.length;
  });
  return () => count;
}

/** The SDK's own processor, with its own defaults and an exporter that does nothing. */
export function batchPipeline(): Pipeline {
  let exported = 0;
  const exporter: SpanExporter = {
    export(spans, done) {
      exported += spans.length;
      done({ code: 0 });
    },
    shutdown: async () => {},
  };
  const processor = new BatchSpanProcessor(exporter);
  return {
    ...NO_PIPELINE,
    spanProcessor: processor,
    settle: () => processor.forceFlush(),
    check() {
      if (exported === 0) throw new Error('nothing was exported');
    },
  };
}

export function tracerOf(...spanProcessors: SpanProcessor[]): Tracer {
  return new BasicTracerProvider({ spanProcessors }).getTracer('bench');
}

export function loggerOf(...processors: LogRecordProcessor[]): Logger {
  return new LoggerProvider({ processors }).getLogger('bench');
}

/** Spans that have ended. */
export function endedSpans(count: number): ReadableSpan[] {
  const ended: ReadableSpan[] = [];
  const tracer = tracerOf({ ...NO_PIPELINE.spanProcessor, onEnd: (span) => ended.push(span) });
  for (let i = 0; i < count; i++) tracer.startSpan('span', {}, ROOT_CONTEXT).end();
  return ended;
}
