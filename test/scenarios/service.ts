import { diag, DiagLogLevel, ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api';
import type { ReadableSpan, SpanCache, SpanCacheOptions } from '../../src/index.js';
import { newCache } from '../caches.js';
import { startSdk, type Sdk, type SdkConfig } from '../sdk.js';

const realSetTimeout = setTimeout;

/** A service as a user would set it up: the real SDK with the cache registered for spans and logs. */
export interface Service extends Sdk {
  cache: SpanCache;
  /** Starts a span, as root of a new trace. */
  start(name: string): Span;
  /** Emits a log record in a span, ended or not. */
  log(span: Span, body: string): void;
}

/** The cache's log record processor is the only one, unless `sdk` names others. */
export function startService(options?: SpanCacheOptions, sdk?: Partial<SdkConfig>): Service {
  const cache = newCache(options);
  const { tracer, logger, ...lifecycle } = startSdk({
    spanProcessors: [cache.spanProcessor],
    ...sdk,
    logRecordProcessors: sdk?.logRecordProcessors ?? [cache.logRecordProcessor],
  });
  return {
    cache,
    tracer,
    logger,
    ...lifecycle,
    start: (name) => tracer.startSpan(name, {}, ROOT_CONTEXT),
    log: (span, body) => logger.emit({ body, context: trace.setSpan(ROOT_CONTEXT, span) }),
  };
}

/** Has the warnings of the package go to a function, until `diag.disable()`. */
export function listenToWarnings(warn: (...args: unknown[]) => void): void {
  const silent = () => {};
  diag.setLogger(
    { error: silent, warn, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true },
  );
}

/** Passes on the errors of `diag`. The cache reports one only for a fault of its own. */
export function listenToErrors(error: (...args: unknown[]) => void): void {
  const silent = () => {};
  diag.setLogger(
    { error, warn: silent, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true },
  );
}

/** Waits, in real time, for what the pipeline will do by itself; gives up after some seconds. */
export async function eventually(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) {
    await new Promise((resolve) => realSetTimeout(resolve, 10));
  }
}

export function names(spans: readonly ReadableSpan[]): string[] {
  return spans.map(({ name }) => name);
}

export function eventNames(span: ReadableSpan | undefined): string[] {
  return span?.events.map(({ name }) => name) ?? [];
}

/** The sum of counters by reason. */
export function total(byReason: Readonly<Record<string, number>>): number {
  return Object.values(byReason).reduce((sum, count) => sum + count, 0);
}
