import type { MeterProvider } from '@opentelemetry/api';
import type { SpanStoreOptions } from './store/span-store.js';
import { WHOLE_TRACE_OPTIONS, type WholeTraceOptions } from '../trace/whole-trace-options.js';
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
  resolveOptions,
  type OptionsOf,
} from '../support/option.js';

/** What a cache may hold, and which log records and spans it takes. */
export interface SpanCacheOptions {
  /** Ended spans, and likewise log events, that may wait for the driver. Default 65,536 each. */
  queueCapacity?: number;
  /** Spans whose events may wait for them to end. Past that, the longest waiting gives up. Default 16,384. */
  maxParkedSpans?: number;
  /**
   * About how many bytes parked events, held spans and spans that can be amended may keep alive together. Past that, what has
   * been kept longest gives way: parked events become orphans, a held span is delivered, an amendable one cannot be
   * amended any more. An event or span that is larger by itself is not kept. With `trackOpenSpans`, spans that have been
   * open for a second may keep as much again: past that, the first of them are forgotten. Default 67,108,864, which is 64 MiB.
   */
  maxParkedBytes?: number;
  /**
   * How long events wait for their span to end, in milliseconds; `Infinity` for as long as there is room.
   * Looked at about four times in that time. Default 300,000, which is five minutes.
   */
  maxParkedMillis?: number;
  /** Log events attached to one span; the oldest give way. Default 128, the SDK's own limit for events. */
  maxEventsPerSpan?: number;
  /**
   * Which log records become events: all of them, only those with an event name, or those for which a
   * function returns true. The function runs inside the application's `logger.emit()`. Default `'all'`.
   */
  logRecords?: 'all' | 'events' | ((record: ReadableLogRecord) => boolean);
  /**
   * What becomes of an event that comes after its span was delivered:
   *
   * - `'drop'`: it is counted
   * - `'orphan'`: it is delivered on its own to the subscriptions that ask for `orphans`
   * - `{ holdMillis }`: there are fewer of them, because an ended span waits that long before it is
   *   delivered. `flush()` and `shutdown()` do not wait, nor do spans beyond `maxParkedSpans` or `maxParkedBytes`
   * - `'amend'`: the span is delivered again with the event, its `revision` one higher
   *
   * Default `'orphan'`.
   */
  lateEvents?: 'drop' | 'orphan' | 'amend' | { readonly holdMillis: number };
  /** Whether spans that are recorded but not sampled reach subscribers. Exporters never get them. Default true. */
  unsampledSpans?: boolean;
  /**
   * Whether the cache knows the spans that have started and not ended, for `openSpans()`; at most
   * `maxParkedSpans`. The events of an open span then never expire. Needs `spanProcessor`. Default false.
   */
  trackOpenSpans?: boolean;
  /**
   * The sampling at first: `enabled`, `ratio`, and `until` or `forMillis`. Changed later by `cache.sampling`. Default
   * `{}`, which is off.
   */
  sampling?: SamplingOptions;
  /** The filter at first: `minSeverity` and `scopes`. Changed later by `cache.filter`. Default `{}`, which lets all in. */
  filter?: FilterOptions;
  /**
   * Where the cache counts itself, as the SDK's own processors do with their option of this name: the
   * standard `otel.sdk.processor.*` metrics, and `span_cache.*`. Without it, there are no metrics and no
   * cost. Default none.
   */
  selfObsMeterProvider?: MeterProvider | undefined;
}

const HOLD_MILLIS = millisFrom(1, 1_000);

/** Every option of the cache with its default. Nowhere else is a default written in code. */
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
  sampling: ofType('an object with settings of the sampling', isRecord, {}),
  filter: ofType('an object with settings of the filter', isRecord, {}),
  selfObsMeterProvider: ofType('a MeterProvider, with getMeter()', (value) => hasMethods(value, ['getMeter'])),
};

/** The bound in bytes of each place that keeps spans for long. */
const MAX_BYTES = positiveInteger(64 * 2 ** 20);

const SUBSCRIBE: OptionsOf<SubscribeOptions> = {
  capacity: positiveInteger(4_096),
  maxBytes: MAX_BYTES,
  orphans: boolean(false),
};

const STORE: OptionsOf<SpanStoreOptions> = {
  capacity: positiveInteger(10_000),
  maxBytes: MAX_BYTES,
};


function isHold(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { holdMillis, ...others } = value;
  return HOLD_MILLIS.type(holdMillis) && Object.keys(others).length === 0;
}

export function cacheOptions(options?: SpanCacheOptions): Required<SpanCacheOptions> {
  return resolveOptions(CACHE_OPTIONS, options);
}

export function subscribeOptions(options?: SubscribeOptions): Required<SubscribeOptions> {
  return resolveOptions(SUBSCRIBE, options);
}

export function storeOptions(options?: SpanStoreOptions): Required<SpanStoreOptions> {
  return resolveOptions(STORE, options);
}

export function wholeTraceOptions(options?: WholeTraceOptions): Required<WholeTraceOptions> {
  return resolveOptions(WHOLE_TRACE_OPTIONS, options);
}

/**
 * Throws unless the value is a function, or an object with these methods.
 *
 * @throws TypeError naming what was expected and what was given
 */
export function requireMethods(name: string, value: unknown, methods: readonly string[]): void {
  if (hasMethods(value, methods)) return;
  throw new TypeError(expectation(name, `an object with ${methods.join('() and ')}()`, value));
}

/** @throws TypeError naming what was expected and what was given */
export function requireFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(expectation(name, 'a function', value));
}

function hasMethods(value: unknown, methods: readonly string[]): boolean {
  const object = Object(value) as Record<string, unknown>;
  return methods.every((method) => typeof object[method] === 'function');
}
