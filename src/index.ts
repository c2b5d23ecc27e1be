/**
 * The cache, and what it hands out.
 *
 * @module otel-span-cache
 */
export { SpanCache } from './cache/span-cache.js';
export type { SpanCacheOptions } from './cache/options.js';
export { getSpanCache } from './cache/registered-cache.js';
export type { SpanBatch } from './cache/fanout/span-batch.js';
export { untraced } from './cache/suppression.js';
export type { SubscribeOptions, Subscription, SubscriptionHandle } from './cache/fanout/subscription.js';
export type { SpanBatchCallback } from './cache/fanout/callback-subscription.js';
export type { SubscriptionStats } from './cache/fanout/subscriber.js';
export type { ReceivedBatch } from './cache/intake/batch-intake.js';
export type { SpanDemand } from './cache/intake/demand.js';
export type { SpanCacheStats } from './cache/stats.js';
export type { ExporterHandle, ExporterOptions } from './cache/fanout/exporter-subscription.js';
export type { SpanStore, SpanStoreOptions } from './cache/store/span-store.js';
export type { EarlyReason, SpanDropReason, EventDropReason } from './cache/counters.js';
export type { DeliveredSpan } from './model/merged-span.js';
export type { Recording, RecordingListener, RecordingListenerHandle } from './cache/sampling/recording.js';
export type { RecordingOptions, RecordingSettings, ScopePatterns } from './cache/sampling/settings.js';
export type { OpenSpan } from './cache/reconcile/open-spans.js';
export type { LateEvents } from './cache/reconcile/late/policy.js';
export { isLogEvent, type LogEvent, type OrphanEvent, type OrphanReason } from './model/log-event.js';
export { buildTraces, type SpanNode, type Trace } from './trace/trace.js';
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
export type { SpanCacheTap } from './cache/intake/taps.js';
export { EventToSpanEventBridge } from './bridge/event-to-span-event-bridge.js';
export { formatTrace } from './format/format-trace.js';
export type { FormatTraceOptions } from './format/format-options.js';
