import type { MeterProvider } from '@opentelemetry/api';
import type { SpanStoreOptions } from './store/span-store.js';
import { WHOLE_TRACE_OPTIONS } from '../trace/whole-trace-options.js';
import type { SubscribeOptions } from './fanout/subscription.js';
import type { ReadableLogRecord } from '../model/otel.js';
import type { FilterOptions } from './intake/filter/filter-settings.js';
import type { SamplingOptions } from './sampling/sampling-settings.js';
import {
  boolean,
  expectation,
  isRecord,
  millisFrom,
  millisOrInfinity,
  ofType,
  oneOfOrFunction,
  positiveInteger,
  resolverOf,
  type OptionsOf,
} from '../support/option.js';

/** Options of a `SpanCache`: its bounds, and the spans and log records that it accepts. */
export interface SpanCacheOptions {
  /**
   * Capacity of each of the two queues between the SDK and the cache, one for ended spans and one for log events. If
   * a queue is full, a new item is dropped and counted as `queue_full`. A positive integer. Default 65,536.
   */
  queueCapacity?: number;
  /**
   * Maximum number of spans for which events are parked until the span ends. At the bound, the span that has waited
   * longest is evicted: its events become orphans. The same number caps the spans that `lateEvents` holds and the spans
   * that `trackOpenSpans` tracks. A positive integer. Default 16,384.
   */
  maxParkedSpans?: number;
  /**
   * Maximum estimated size in bytes of parked events, held spans and amendable spans together. Beyond it the oldest are
   * evicted: parked events become orphans, a held span is delivered early, an amendable span can no longer be amended.
   * A single event or span larger than this is never kept. With `trackOpenSpans`, spans open for at least one
   * second have their own budget of the same size, beyond which the oldest are forgotten. A positive integer. Default
   * 67,108,864 (64 MiB).
   */
  maxParkedBytes?: number;
  /**
   * Time in milliseconds after which a parked event becomes an orphan, from 1 to 2,147,483,647, or `Infinity` for no
   * limit. Checked about four times in that time, so an event may wait up to a quarter longer. Default 300,000 (five
   * minutes).
   */
  maxParkedMillis?: number;
  /**
   * Maximum number of log events per span. At the bound the oldest event is dropped, and counted in the span's
   * `droppedEventsCount`. A positive integer. Default 128, the SDK's own limit for span events.
   */
  maxEventsPerSpan?: number;
  /**
   * Selects the log records that become events: `'all'`, `'events'` (records with an event name), or a function that
   * returns true for them. The function runs inside the application's `logger.emit()`; if it throws, the record is
   * counted as `invalid`. Default `'all'`.
   */
  logRecords?: 'all' | 'events' | ((record: ReadableLogRecord) => boolean);
  /**
   * Handling of late events, which arrive after their span was delivered:
   *
   * - `'drop'`: the event is only counted
   * - `'orphan'`: the event is delivered on its own, to subscriptions with `orphans: true`
   * - `{ holdMillis }`: each ended span waits `holdMillis` milliseconds (1 to 2,147,483,647) before its delivery, so
   *   that fewer events are late; events that arrive even later become orphans. Spans are delivered earlier by
   *   `flush()` and `shutdown()`, and at the bounds `maxParkedSpans` and `maxParkedBytes`
   * - `'amend'`: the span is delivered again with the event and a `revision` one higher. The last 16,384 delivered
   *   spans that fit in `maxParkedBytes` can be amended; late events of other spans become orphans
   *
   * Default `'orphan'`.
   */
  lateEvents?: 'drop' | 'orphan' | 'amend' | { readonly holdMillis: number };
  /** Whether subscribers receive spans that are recorded but not sampled. Exporters never do. Default true. */
  unsampledSpans?: boolean;
  /**
   * Whether to track spans that have started but not ended, at most `maxParkedSpans` of them, for `openSpans()`. The
   * parked events of an open span never expire. Requires `spanProcessor`. Default false.
   */
  trackOpenSpans?: boolean;
  /** Initial settings of `cache.sampling`. Default `{}`: off. */
  sampling?: SamplingOptions;
  /** Initial settings of `cache.filter`. Default `{}`: nothing is excluded. */
  filter?: FilterOptions;
  /**
   * Meter provider for the cache's own metrics: the standard `otel.sdk.processor.*` and `span_cache.*`. Named like the
   * same option of the SDK's processors. Without it the cache creates no instruments. Default undefined.
   */
  selfObsMeterProvider?: MeterProvider | undefined;
}

const HOLD_MILLIS = millisFrom(1, 1_000);

/** The options of the cache: the single source of their defaults. */
export const CACHE_OPTIONS: OptionsOf<SpanCacheOptions> = {
  queueCapacity: positiveInteger(65_536),
  maxParkedSpans: positiveInteger(16_384),
  maxParkedBytes: positiveInteger(64 * 2 ** 20),
  maxParkedMillis: millisOrInfinity(1, 300_000),
  maxEventsPerSpan: positiveInteger(128),
  logRecords: oneOfOrFunction<Required<SpanCacheOptions>['logRecords']>('all', 'events'),
  lateEvents: {
    fallback: 'orphan',
    expected: `'drop', 'orphan', 'amend' or { holdMillis } with ${HOLD_MILLIS.expected}`,
    type: (value) => typeof value === 'string' || isHold(value),
    inRange: (value) =>
      typeof value === 'string'
        ? ['drop', 'orphan', 'amend'].includes(value)
        : HOLD_MILLIS.inRange((value as { holdMillis: unknown }).holdMillis),
  },
  unsampledSpans: boolean(true),
  trackOpenSpans: boolean(false),
  sampling: ofType('an object of sampling settings', isRecord, {}),
  filter: ofType('an object of filter settings', isRecord, {}),
  selfObsMeterProvider: ofType('a MeterProvider, with getMeter()', (value) => hasMethods(value, ['getMeter'])),
};

export const cacheOptions = resolverOf(CACHE_OPTIONS);

/** Default byte limit of subscriptions and stores. */
const MAX_BYTES = positiveInteger(64 * 2 ** 20);

export const subscribeOptions = resolverOf<SubscribeOptions>({
  capacity: positiveInteger(4_096),
  maxBytes: MAX_BYTES,
  orphans: boolean(false),
});

export const storeOptions = resolverOf<SpanStoreOptions>({ capacity: positiveInteger(10_000), maxBytes: MAX_BYTES });

export const wholeTraceOptions = resolverOf(WHOLE_TRACE_OPTIONS);

function isHold(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { holdMillis, ...others } = value;
  return HOLD_MILLIS.type(holdMillis) && Object.keys(others).length === 0;
}

/** @throws TypeError unless the value has all of these methods */
export function requireMethods(name: string, value: unknown, methods: readonly string[]): void {
  if (hasMethods(value, methods)) return;
  throw new TypeError(expectation(name, `an object with ${methods.join('() and ')}()`, value));
}

/** @throws TypeError unless the value is a function */
export function requireFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(expectation(name, 'a function', value));
}

function hasMethods(value: unknown, methods: readonly string[]): boolean {
  const object = Object(value) as Record<string, unknown>;
  return methods.every((method) => typeof object[method] === 'function');
}
