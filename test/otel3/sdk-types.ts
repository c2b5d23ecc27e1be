/*
 * The SDK's own types, 3.x line. `test/sdk-types.ts` is its twin for the 2.x line.
 */

export type { ExportResult, InstrumentationScope } from '@opentelemetry/core';
export type { Resource } from '@opentelemetry/resources';
export type { LogRecordProcessor, ReadableLogRecord } from '@opentelemetry/sdk-logs';
export type {
  ReadableSpan,
  Sampler,
  SamplingResult,
  SpanExporter,
  SpanProcessor,
  TimedEvent,
} from '@opentelemetry/sdk-trace';
