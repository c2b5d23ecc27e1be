import { createRequire } from 'node:module';
import { context, propagation, trace, type MeterProvider, type Span, type Tracer } from '@opentelemetry/api';
import { logs, type Logger } from '@opentelemetry/api-logs';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { Resource } from '@opentelemetry/resources';
import {
  BatchLogRecordProcessor,
  InMemoryLogRecordExporter,
  LoggerProvider,
  type LogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  SimpleSpanProcessor,
  type BufferConfig,
  type IdGenerator,
  type Sampler,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/*
 * The real SDK, 2.x line, for tests. `test/otel3/sdk.ts` is its twin for the 3.x line: a test that uses
 * only what both export runs on either.
 */

const { version } = createRequire(import.meta.url)('@opentelemetry/sdk-trace-base/package.json') as { version: string };

/**
 * Whether it is 2.0 with `sdk-logs` 0.203, which has no `onEnding()`, no `Logger.enabled()`, no log attributes of types
 * that span attributes lack, and no metrics of its own.
 */
export const isOldestSdk = version.startsWith('2.0.');

export { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
export { MeterProvider, type MetricData } from '@opentelemetry/sdk-metrics';
export { NodeSDK } from '@opentelemetry/sdk-node';
export { W3CTraceContextPropagator } from '@opentelemetry/core';
export { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
export {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ConsoleSpanExporter,
  InMemorySpanExporter,
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type IdGenerator,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';

/** Where a program that a test runs finds the tracer provider. */
export const TRACER_PROVIDER = { module: '@opentelemetry/sdk-trace-base', name: 'BasicTracerProvider' } as const;

export interface SdkConfig {
  spanProcessors: SpanProcessor[];
  logRecordProcessors?: LogRecordProcessor[];
  sampler?: Sampler;
  idGenerator?: IdGenerator;
  resource?: Resource;
}

/** A tracer and a logger of providers of their own, so that tests do not share global state. */
export interface Sdk {
  tracer: Tracer;
  logger: Logger;
  /** A tracer with another instrumentation scope. */
  getTracer(scope: string): Tracer;
  getLogger(scope: string): Logger;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

export function startSdk(config: SdkConfig): Sdk {
  const { spanProcessors, logRecordProcessors = [], ...rest } = config;
  const tracerProvider = new BasicTracerProvider({ spanProcessors, ...rest });
  const loggerProvider = new LoggerProvider({ processors: logRecordProcessors });
  return {
    tracer: tracerProvider.getTracer('test'),
    logger: loggerProvider.getLogger('test'),
    getTracer: (scope) => tracerProvider.getTracer(scope),
    getLogger: (scope) => loggerProvider.getLogger(scope),
    async forceFlush() {
      await tracerProvider.forceFlush();
      await loggerProvider.forceFlush();
    },
    async shutdown() {
      await tracerProvider.shutdown();
      await loggerProvider.shutdown();
    },
  };
}

/** The logger of the provider that `NodeSDK` registered globally. */
export function globalLogger(): Logger {
  return logs.getLogger('test');
}

/** Takes back what `NodeSDK` registered globally. The context manager stays: it is the one above. */
export function unregisterGlobals(): void {
  trace.disable();
  logs.disable();
  propagation.disable();
}

export function batchSpanProcessor(
  exporter: SpanExporter,
  // The types of 2.x leave out the option, which it takes.
  config?: BufferConfig & { selfObsMeterProvider?: MeterProvider },
): SpanProcessor {
  return new BatchSpanProcessor(exporter, config);
}

export function batchLogRecordProcessor(config: {
  maxQueueSize: number;
  maxExportBatchSize: number;
  selfObsMeterProvider: MeterProvider;
}): LogRecordProcessor {
  return new BatchLogRecordProcessor({ exporter: new InMemoryLogRecordExporter(), ...config });
}

export function simpleSpanProcessor(exporter: SpanExporter): SpanProcessor {
  return new SimpleSpanProcessor(exporter);
}

/** Runs code in which the span is the active one. */
export function inSpan<T>(span: Span, code: () => T): T {
  return context.with(trace.setSpan(context.active(), span), code);
}
