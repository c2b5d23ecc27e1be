/**
 * The cache, and what it hands out.
 *
 * @module otel-span-cache
 */
export { SpanCache } from './span-cache.js';
export type { SpanCacheOptions } from './options.js';
export { getSpanCache } from './register/registered-cache.js';
export type { SpanBatch } from './fanout/span-batch.js';
export { untraced } from './fanout/suppression.js';
export type { SubscribeOptions, Subscription, SubscriptionHandle } from './fanout/subscription.js';
export type { SpanBatchCallback } from './fanout/callback-subscription.js';
export type { SubscriptionStats } from './fanout/subscriber.js';
export type { ReceivedBatch } from './driver/batch-intake.js';
export type { SpanDemand } from './fanout/demand.js';
export type { SpanCacheStats } from './metrics/stats.js';
export type { ExporterHandle, ExporterOptions } from './fanout/exporter-subscription.js';
export type { SpanStore, SpanStoreOptions } from './fanout/span-store.js';
export type { EarlyReason, SpanDropReason, EventDropReason } from './model/counters.js';
export type { DeliveredSpan } from './model/merged-span.js';
export type { Recording, RecordingListener, RecordingListenerHandle } from './recording/recording.js';
export type { RecordingOptions, RecordingSettings, ScopePatterns } from './recording/settings.js';
export type { OpenSpan } from './reconcile/open-spans.js';
export type { LateEvents } from './reconcile/reconciler.js';
export { isLogEvent, type LogEvent, type OrphanEvent, type OrphanReason } from './model/log-event.js';
export { buildTraces, type SpanNode, type Trace } from './model/trace.js';
export type {
  AnyValue,
  AnyValueMap,
  ExportResult,
  InstrumentationScope,
  LogRecordProcessor,
  ReadableLogRecord,
  ReadableSpan,
  Resource,
  Sampler,
  SamplingResult,
  SpanExporter,
  SpanProcessor,
  TimedEvent,
} from './model/otel.js';
export type { SpanCacheTap } from './otel/taps.js';
export { EventToSpanEventBridge } from './otel/event-to-span-event-bridge.js';
export { formatTrace } from './format/format-trace.js';
export type { FormatTraceOptions } from './format/format-options.js';
