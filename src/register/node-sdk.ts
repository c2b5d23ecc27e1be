import { metrics } from '@opentelemetry/api';
import type { LogRecordProcessor, SpanProcessor } from '../model/otel.js';
import { SpanCache } from '../span-cache.js';
import { LogRecordEntrance, SpanEntrance } from './entrances.js';
import { isTrue, type Environment, type Settings } from './environment.js';
import type { Instrumented } from './instrumentations.js';
import { isExported, type Signal } from './signals.js';

/** `@opentelemetry/sdk-node`, of either line. */
export interface SdkNode {
  readonly NodeSDK: new (configuration: object) => NodeSdk;
}

interface Flushed {
  forceFlush(): Promise<void>;
}

/**
 * A `NodeSDK`. Processors given to it in code replace those that the environment names, and it has no way to add
 * one or to flush. So this reads what it keeps to itself, which has been the same from 0.203 to 0.301.
 */
interface NodeSdk {
  start(): void;
  shutdown(): Promise<void>;
  readonly _tracerProvider?: Flushed & {
    readonly _activeSpanProcessor?: { readonly _spanProcessors?: SpanProcessor[] };
  };
  readonly _loggerProvider?: Flushed & {
    readonly _sharedState?: { readonly activeProcessor?: { readonly processors?: LogRecordProcessor[] } };
  };
  readonly _meterProvider?: Flushed;
}

/** The SDK at work. */
export interface StartedSdk {
  readonly cache: SpanCache;
  /** Has everything exported that is there. Never rejects. */
  forceFlush(): Promise<unknown>;
  /** Shuts down the cache, too. */
  shutdown(): Promise<void>;
}

/**
 * Starts a `NodeSDK` as its variables say, and puts a cache beside the processors that they name.
 *
 * The cache has metrics of its own if the processors of the SDK have, by `OTEL_NODE_EXPERIMENTAL_SDK_METRICS`.
 */
export function startSdk(
  { NodeSDK }: SdkNode,
  { cache: options, print }: Settings,
  env: Environment,
  instrumented: Instrumented | undefined,
  warn: (message: string) => void,
): StartedSdk {
  const spans = new SpanEntrance();
  const logRecords = new LogRecordEntrance();
  const exported = (signal: Signal) => isExported(signal, env, print);

  const sdk = new NodeSDK({
    ...(instrumented && { instrumentations: instrumented.instrumentations }),
    // Without the variable, the SDK's own: those of clouds ask the network, which a program would wait for.
    ...(instrumented && env['OTEL_NODE_RESOURCE_DETECTORS'] && { resourceDetectors: instrumented.resourceDetectors() }),
    ...(!exported('traces') && { spanProcessors: [spans] }),
    ...(!exported('logs') && { logRecordProcessors: [logRecords] }),
    ...(!exported('metrics') && { metricReaders: [] }),
  });
  sdk.start();
  if (exported('traces')) {
    join(spans, 'traces', sdk._tracerProvider, sdk._tracerProvider?._activeSpanProcessor?._spanProcessors, warn);
  }
  if (exported('logs')) {
    join(logRecords, 'logs', sdk._loggerProvider, sdk._loggerProvider?._sharedState?.activeProcessor?.processors, warn);
  }

  const sdkMetrics = isTrue(env['OTEL_NODE_EXPERIMENTAL_SDK_METRICS']);
  const cache = new SpanCache({ ...options, ...(sdkMetrics && { selfObsMeterProvider: metrics.getMeterProvider() }) });
  spans.to = cache.spanProcessor;
  logRecords.to = cache.logRecordProcessor;

  const providers = [sdk._tracerProvider, sdk._loggerProvider, sdk._meterProvider];
  return {
    cache,
    forceFlush: () => Promise.allSettled(providers.map((provider) => provider?.forceFlush())),
    shutdown: () => sdk.shutdown(),
  };
}

function join<T>(
  processor: T,
  signal: Signal,
  provider: unknown,
  processors: T[] | undefined,
  warn: (message: string) => void,
): void {
  if (processors !== undefined) {
    processors.push(processor);
  } else if (provider === undefined) {
    const variable = `OTEL_${signal.toUpperCase()}_EXPORTER`;
    warn(`the SDK has set up no ${signal}, because it knows no exporter that ${variable} names; none reach the cache`);
  } else {
    warn(`this version of @opentelemetry/sdk-node keeps its processors where they are not found; no ${signal} reach the cache`);
  }
}
