import {
  context,
  logs,
  propagation,
  trace,
  type Logger,
  type MeterProvider,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { Resource } from '@opentelemetry/resources';
import {
  BatchLogRecordProcessor,
  InMemoryLogRecordExporter,
  LoggerProvider,
  type LogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import {
  BatchSpanProcessor,
  SimpleSpanProcessor,
  TracerProvider,
  type BatchSpanProcessorOptions,
  type IdGenerator,
  type Sampler,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';

/*
 * The real SDK, 3.x line, for tests. The twin of `test/sdk.ts`: it exports the same, so that the
 * scenario tests run on either line.
 */

export const isOldestSdk = false;

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
} from '@opentelemetry/sdk-trace';

/** Where a program that a test runs finds the tracer provider. */
export const TRACER_PROVIDER = { module: '@opentelemetry/sdk-trace', name: 'TracerProvider' } as const;

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
  const tracerProvider = new TracerProvider({ spanProcessors, ...rest });
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
  config?: Omit<BatchSpanProcessorOptions, 'exporter'>,
): SpanProcessor {
  return new BatchSpanProcessor({ exporter, ...config });
}

export function batchLogRecordProcessor(config: {
  maxQueueSize: number;
  maxExportBatchSize: number;
  selfObsMeterProvider: MeterProvider;
}): LogRecordProcessor {
  return new BatchLogRecordProcessor({ exporter: new InMemoryLogRecordExporter(), ...config });
}

export function simpleSpanProcessor(exporter: SpanExporter): SpanProcessor {
  return new SimpleSpanProcessor({ exporter });
}

/** Runs code in which the span is the active one. */
export function inSpan<T>(span: Span, code: () => T): T {
  return context.with(trace.setSpan(context.active(), span), code);
}
