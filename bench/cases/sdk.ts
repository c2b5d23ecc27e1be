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

/* Pipelines of the real SDK, with the cache and its rivals. */

/** A pipeline under test. */
export interface Pipeline {
  readonly spanProcessor: SpanProcessor;
  readonly logRecordProcessor: LogRecordProcessor;
  /** Delivers or exports all received items. */
  settle(): void | Promise<void>;
  /**
   * Throws if the pipeline has lost items or done nothing. Call it after `settle()`.
   *
   * @param waiting number of log records emitted in spans that are still open. Default 0.
   */
  check(waiting?: number): void;
}

/** A pipeline of no-op processors. */
export const NO_PIPELINE: Pipeline = {
  spanProcessor: { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} },
  logRecordProcessor: { onEmit() {}, forceFlush: async () => {}, shutdown: async () => {} },
  settle() {},
  check() {},
};

/** The cache, delivering to the given number of callbacks. */
export function cachePipeline(subscribers = 1, options?: SpanCacheOptions): Pipeline {
  const cache = new SpanCache(options);
  return pipelineOf(
    cache,
    Array.from({ length: subscribers }, () => subscribeCounting(cache)),
  );
}

/** The same, with the cache also registered for log records. */
export function loggedCachePipeline(): Pipeline {
  const pipeline = cachePipeline();
  loggerOf(pipeline.logRecordProcessor);
  return pipeline;
}

/** @param arrivals returns the number of spans that each subscriber has counted */
export function pipelineOf(cache: SpanCache, arrivals: readonly (() => number)[]): Pipeline {
  return {
    spanProcessor: cache.spanProcessor,
    logRecordProcessor: cache.logRecordProcessor,
    settle: () => cache.flush(),
    check(waiting) {
      assertComplete(
        cache.stats(),
        arrivals.map((count) => count()),
        waiting,
      );
    },
  };
}

/** Subscribes a callback. Returns a function that returns the number of spans it has received. */
export function subscribeCounting(cache: SpanCache, take: (batch: SpanBatch) => void = () => {}): () => number {
  let count = 0;
  cache.subscribe((batch) => {
    take(batch);
    count += batch.spans.length;
  });
  return () => count;
}

/** The SDK's batch processor with its defaults and a no-op exporter. */
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

/** Creates ended spans. */
export function endedSpans(count: number): ReadableSpan[] {
  const ended: ReadableSpan[] = [];
  const tracer = tracerOf({ ...NO_PIPELINE.spanProcessor, onEnd: (span) => ended.push(span) });
  for (let i = 0; i < count; i++) tracer.startSpan('span', {}, ROOT_CONTEXT).end();
  return ended;
}
