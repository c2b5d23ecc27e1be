import type { LogEvent } from '../../src/model/log-event.js';
import type * as Ours from '../../src/model/otel.js';
import type * as Sdk from '../sdk-types.js';

/*
 * Holds our structural types and the SDK's own assignable in both directions. There is nothing to run:
 * `otel.types.process.test.ts` compiles this file. Each function takes one of either side and gives it back as
 * the other.
 */

export function resource(ours: Ours.Resource, sdk: Sdk.Resource): [Sdk.Resource, Ours.Resource] {
  return [ours, sdk];
}

export function instrumentationScope(
  ours: Ours.InstrumentationScope,
  sdk: Sdk.InstrumentationScope,
): [Sdk.InstrumentationScope, Ours.InstrumentationScope] {
  return [ours, sdk];
}

export function timedEvent(ours: Ours.TimedEvent, sdk: Sdk.TimedEvent): [Sdk.TimedEvent, Ours.TimedEvent] {
  return [ours, sdk];
}

/** The resource of a log event is that of the SDK's record, and goes wherever the SDK takes one. */
export function logEvent(
  ours: LogEvent,
  sdk: Sdk.ReadableLogRecord,
): [Sdk.TimedEvent, Sdk.Resource, LogEvent['resource']] {
  return [ours, ours.resource!, sdk.resource];
}

export function readableSpan(ours: Ours.ReadableSpan, sdk: Sdk.ReadableSpan): [Sdk.ReadableSpan, Ours.ReadableSpan] {
  return [ours, sdk];
}

export function readableLogRecord(
  ours: Ours.ReadableLogRecord,
  sdk: Sdk.ReadableLogRecord,
): [Sdk.ReadableLogRecord, Ours.ReadableLogRecord] {
  return [ours, sdk];
}

export function exportResult(ours: Ours.ExportResult, sdk: Sdk.ExportResult): [Sdk.ExportResult, Ours.ExportResult] {
  return [ours, sdk];
}

export function spanExporter(ours: Ours.SpanExporter, sdk: Sdk.SpanExporter): [Sdk.SpanExporter, Ours.SpanExporter] {
  return [ours, sdk];
}

export function spanProcessor(
  ours: Ours.SpanProcessor,
  sdk: Sdk.SpanProcessor,
): [Sdk.SpanProcessor, Ours.SpanProcessor] {
  return [ours, sdk];
}

export function logRecordProcessor(
  ours: Ours.LogRecordProcessor,
  sdk: Sdk.LogRecordProcessor,
): [Sdk.LogRecordProcessor, Ours.LogRecordProcessor] {
  return [ours, sdk];
}

export function samplingResult(
  ours: Ours.SamplingResult,
  sdk: Sdk.SamplingResult,
): [Sdk.SamplingResult, Ours.SamplingResult] {
  return [ours, sdk];
}

export function sampler(ours: Ours.Sampler, sdk: Sdk.Sampler): [Sdk.Sampler, Ours.Sampler] {
  return [ours, sdk];
}
