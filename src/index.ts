/**
 * The span cache, its subscriptions and stores, and the printing of traces.
 *
 * @module otel-span-cache
 */
export { SpanCache } from './cache/span-cache.js';
export type { SpanCacheOptions } from './cache/options.js';
export { getSpanCache } from './cache/registered-cache.js';
export type { SpanBatch } from './cache/fanout/span-batch.js';
export { untraced } from './cache/suppression.js';
export type { ExporterHandle, SubscribeOptions, Subscription } from './cache/fanout/subscription.js';
export type { TraceCallback, TraceSubscription, TraceSubscriptionStats } from './cache/fanout/trace-subscription.js';
export type { Handle } from './support/handle.js';
export type { SubscriptionStats } from './cache/fanout/subscriber.js';
export type { SpanCacheStats } from './cache/stats.js';
export type { ExporterOptions } from './cache/fanout/exporter-options.js';
export type { SpanStore, SpanStoreOptions } from './cache/store/span-store.js';
export type { SpanDropReason, EventDropReason } from './cache/counters.js';
export type { DeliveredSpan } from './model/merged-span.js';
export type { LiveSettings } from './support/live-settings.js';
export type { SamplingOptions, SamplingSettings } from './cache/sampling/sampling-settings.js';
export type { FilterOptions, FilterSettings } from './cache/intake/filter/filter-settings.js';
export type { OpenSpan } from './cache/reconcile/open-spans.js';
export { isLogEvent, type LogEvent, type OrphanEvent, type OrphanReason } from './model/log-event.js';
export { buildTraces, type SpanNode, type Trace } from './trace/trace.js';
export type { WholeTraceOptions } from './trace/whole-trace-options.js';
export type {
  LogRecordProcessor,
  ReadableLogRecord,
  ReadableSpan,
  Sampler,
  SpanExporter,
  SpanProcessor,
  TimedEvent,
} from './model/otel.js';
export { EventToSpanEventBridge } from './bridge/event-to-span-event-bridge.js';
export { formatTrace } from './format/format-trace.js';
export { printTraces } from './format/print-traces.js';
export type { PrintTracesOptions, TracePrinting, TracePrintingStats } from './format/print-traces-options.js';
export type { TraceFilter } from './format/trace-filter.js';
export type { FormatTraceOptions } from './format/format-options.js';
