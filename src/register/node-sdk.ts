import { metrics } from '@opentelemetry/api';
import { internalsOf } from '../cache/internals.js';
import { SpanCache } from '../cache/span-cache.js';
import { isTrue, type Environment, type Settings } from './environment.js';
import type { Instrumented } from './instrumentations.js';
import { isExported, type Signal } from './signals.js';
import { Unexported } from './unexported.js';

/** `@opentelemetry/sdk-node`, 2.x or 3.x. */
export interface SdkNode {
  readonly NodeSDK: new (configuration: object) => NodeSdk;
}

type Warn = (message: string) => void;

interface NodeSdk {
  start(): void;
  shutdown(): Promise<void>;
}

/**
 * The private members that hold the providers of a `NodeSDK` and their processors.
 *
 * They are needed because processors given in code replace the ones configured by the environment, and `NodeSDK` has no
 * public method to add a processor or to flush. They have not changed from 0.203 to 0.301;
 * `test/scenarios/private-members.test.ts` checks them with each line of the matrix.
 */
const PROVIDERS = { traces: '_tracerProvider', logs: '_loggerProvider', metrics: '_meterProvider' } as const;
const PROCESSORS = {
  traces: ['_activeSpanProcessor', '_spanProcessors'],
  logs: ['_sharedState', 'activeProcessor', 'processors'],
} as const;
const EXPORTER = '_exporter';

export interface StartedSdk {
  readonly cache: SpanCache;
  /** Items that the exporters configured by the environment have not exported. */
  readonly unexported: { readonly spans: Unexported; readonly logRecords: Unexported };
  /** Flushes all providers. Never rejects. */
  forceFlush(): Promise<unknown>;
  /** Shuts down the SDK and the cache. */
  shutdown(): Promise<void>;
}

/**
 * Starts a `NodeSDK` as the environment configures it, and adds a cache beside the configured processors.
 *
 * The cache exports its own metrics if `OTEL_NODE_EXPERIMENTAL_SDK_METRICS` enables the ones of the SDK's processors.
 */
export function startSdk(
  { NodeSDK }: SdkNode,
  { cache: options, print, console }: Settings,
  env: Environment,
  instrumented: Instrumented | undefined,
  warn: Warn,
): StartedSdk {
  const isShown = print !== false || console !== false;
  // While traces are shown, a request that hangs or crashes the program is shown too, with its logs.
  const cache = new SpanCache({ trackOpenSpans: isShown, ...options });
  const exported = (signal: Signal) => isExported(signal, env, isShown);

  const sdk = new NodeSDK({
    sampler: cache.sampler(),
    ...(instrumented && { instrumentations: instrumented.instrumentations }),
    // Without the variable, the SDK's own detectors run: cloud detectors make network requests, delaying the program.
    ...(instrumented && env['OTEL_NODE_RESOURCE_DETECTORS'] && { resourceDetectors: instrumented.resourceDetectors() }),
    ...(!exported('traces') && { spanProcessors: [cache.spanProcessor] }),
    ...(!exported('logs') && { logRecordProcessors: [cache.logRecordProcessor] }),
    ...(!exported('metrics') && { metricReaders: [] }),
  });
  sdk.start();
  const unexported = { spans: new Unexported(), logRecords: new Unexported() };
  if (exported('traces')) addProcessor(sdk, 'traces', cache.spanProcessor, unexported.spans, warn);
  if (exported('logs')) addProcessor(sdk, 'logs', cache.logRecordProcessor, unexported.logRecords, warn);
  // The SDK registers its meter provider when it starts.
  if (isTrue(env['OTEL_NODE_EXPERIMENTAL_SDK_METRICS'])) internalsOf(cache).startMetrics(metrics.getMeterProvider());

  return {
    cache,
    unexported,
    forceFlush: () => Promise.allSettled(providersOf(sdk).map(async (provider) => provider.forceFlush())),
    shutdown: () => sdk.shutdown(),
  };
}

/** Adds a processor beside the ones that the SDK has created, and watches their exporters. */
function addProcessor(
  sdk: NodeSdk,
  signal: 'traces' | 'logs',
  processor: object,
  unexported: Unexported,
  warn: Warn,
): void {
  const provider = readPath(sdk, [PROVIDERS[signal]]);
  const processors = readPath(provider, PROCESSORS[signal]);
  if (Array.isArray(processors)) {
    for (const each of processors) unexported.watch(readPath(each, [EXPORTER]));
    processors.push(processor);
  } else if (provider === undefined) {
    const variable = `OTEL_${signal.toUpperCase()}_EXPORTER`;
    warn(`no ${signal} reach the cache: the SDK did not set up ${signal}, because ${variable} names no known exporter`);
  } else {
    warn(`no ${signal} reach the cache: this version of @opentelemetry/sdk-node is not supported`);
  }
}

function providersOf(sdk: NodeSdk): { forceFlush(): Promise<void> }[] {
  const providers = Object.values(PROVIDERS).map((name) => readPath(sdk, [name]));
  return providers.filter((provider) => provider !== undefined) as { forceFlush(): Promise<void> }[];
}

function readPath(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], object);
}
