import { inspect } from 'node:util';
import type { ExporterOptions } from './fanout/exporter-subscription.js';
import type { SpanStoreOptions } from './fanout/span-store.js';
import type { SubscribeOptions } from './fanout/subscription.js';
import type { ReadableLogRecord } from './model/otel.js';

export interface SpanCacheOptions {
  /** Ended spans, and likewise log events, that may wait for the driver. Default 65,536 each. */
  queueCapacity?: number;
  /** Spans whose events may wait for them to end. Past that, the longest waiting gives up. Default 16,384. */
  maxParkedSpans?: number;
  /** Log events attached to one span; the oldest give way. Default 128, the SDK's own limit for events. */
  maxEventsPerSpan?: number;
  /**
   * Which log records become events: all of them, only those with an event name, or those for which a
   * function returns true. The function runs inside the application's `logger.emit()`. Default `'all'`.
   */
  logRecords?: 'all' | 'events' | ((record: ReadableLogRecord) => boolean);
  /**
   * What becomes of an event that comes after its span was delivered: it is counted and dropped, or
   * delivered on its own to the subscriptions that ask for `orphans`. Default `'orphan'`.
   */
  lateEvents?: 'drop' | 'orphan';
  /** Whether spans that are recorded but not sampled reach subscribers. Exporters never get them. Default true. */
  unsampledSpans?: boolean;
}

/** An option: its default, and what its value must be. */
interface Option<T> {
  readonly fallback: T;
  readonly expected: string;
  /** Whether the value is of the right type, and if so, whether it is in range. */
  readonly type: (value: unknown) => boolean;
  readonly inRange: (value: unknown) => boolean;
}

type OptionsOf<T> = { readonly [K in keyof Required<T>]: Option<Required<T>[K]> };

/** Every option of the package with its default. Nowhere else is a default written in code. */
const CACHE: OptionsOf<SpanCacheOptions> = {
  queueCapacity: positiveInteger(65_536),
  maxParkedSpans: positiveInteger(16_384),
  maxEventsPerSpan: positiveInteger(128),
  logRecords: {
    fallback: 'all',
    expected: "'all', 'events' or a function",
    type: (value) => typeof value === 'string' || typeof value === 'function',
    inRange: (value) => typeof value === 'function' || value === 'all' || value === 'events',
  },
  lateEvents: oneOf('orphan', 'drop'),
  unsampledSpans: boolean(true),
};

const SUBSCRIBE: OptionsOf<SubscribeOptions> = {
  capacity: positiveInteger(4_096),
  orphans: boolean(false),
};

const STORE: OptionsOf<SpanStoreOptions> = {
  capacity: positiveInteger(10_000),
};

/** The longest delay a timer of Node takes. */
const MAX_MILLIS = 2 ** 31 - 1;

const EXPORTER: OptionsOf<ExporterOptions> = {
  maxQueueSize: positiveInteger(4_096),
  maxExportBatchSize: positiveInteger(512),
  scheduledDelayMillis: millis(5_000, 0),
  exportTimeoutMillis: millis(30_000, 1),
};

export function cacheOptions(options: SpanCacheOptions | undefined): Required<SpanCacheOptions> {
  return resolve('options', CACHE, options);
}

export function subscribeOptions(options: SubscribeOptions | undefined): Required<SubscribeOptions> {
  return resolve('options', SUBSCRIBE, options);
}

export function storeOptions(options: SpanStoreOptions | undefined): Required<SpanStoreOptions> {
  return resolve('options', STORE, options);
}

export function exporterOptions(options: ExporterOptions | undefined): Required<ExporterOptions> {
  const resolved = resolve('options', EXPORTER, options);
  if (options?.maxExportBatchSize === undefined) {
    return { ...resolved, maxExportBatchSize: Math.min(resolved.maxExportBatchSize, resolved.maxQueueSize) };
  }
  if (resolved.maxExportBatchSize > resolved.maxQueueSize) {
    const expected = `at most maxQueueSize (${resolved.maxQueueSize})`;
    throw new RangeError(message('maxExportBatchSize', expected, resolved.maxExportBatchSize));
  }
  return resolved;
}

/**
 * Throws unless the value is a function, or an object with these methods.
 *
 * @throws TypeError naming what was expected and what was given
 */
export function requireMethods(name: string, value: unknown, methods: readonly string[]): void {
  const object = Object(value) as Record<string, unknown>;
  if (methods.every((method) => typeof object[method] === 'function')) return;
  throw new TypeError(message(name, `an object with ${methods.join('() and ')}()`, value));
}

/** Fills in the defaults. Throws a TypeError or RangeError for the first value that is wrong. */
function resolve<T extends object>(
  name: string,
  known: OptionsOf<T>,
  options: T | undefined = {} as T,
): Required<T> {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(message(name, 'an object', options));
  }
  for (const option of Object.keys(options)) {
    if (Object.hasOwn(known, option)) continue;
    throw new TypeError(`unknown option ${inspect(option)}, known are ${Object.keys(known).join(', ')}`);
  }
  const names = Object.keys(known) as (keyof T & string)[];
  return Object.fromEntries(
    names.map((option) => [option, checked(option, known[option], options[option])]),
  ) as Required<T>;
}

function checked<T>(name: string, option: Option<T>, value: T | undefined): T {
  if (value === undefined) return option.fallback;
  if (!option.type(value)) throw new TypeError(message(name, option.expected, value));
  if (!option.inRange(value)) throw new RangeError(message(name, option.expected, value));
  return value;
}

function positiveInteger(fallback: number): Option<number> {
  return {
    fallback,
    expected: 'a positive integer',
    type: (value) => typeof value === 'number',
    inRange: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  };
}

function millis(fallback: number, min: number): Option<number> {
  return {
    fallback,
    expected: `a number of milliseconds from ${min} to ${MAX_MILLIS}`,
    type: (value) => typeof value === 'number',
    inRange: (value) => (value as number) >= min && (value as number) <= MAX_MILLIS,
  };
}

function boolean(fallback: boolean): Option<boolean> {
  return {
    fallback,
    expected: 'true or false',
    type: (value) => typeof value === 'boolean',
    inRange: () => true,
  };
}

function oneOf<T extends string>(fallback: T, ...others: T[]): Option<T> {
  const values: readonly unknown[] = [fallback, ...others];
  return {
    fallback,
    expected: values.map((value) => `'${String(value)}'`).join(' or '),
    type: (value) => typeof value === 'string',
    inRange: (value) => values.includes(value),
  };
}

function message(name: string, expected: string, value: unknown): string {
  const shown = inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 60 });
  return `${name} must be ${expected}, got ${shown} (${value === null ? 'null' : typeof value})`;
}
